import { createRoot } from 'react-dom/client';
import { Panel } from './panel.tsx';
import 'activity-log/react/styles.css';
import './panel.css';

createRoot(document.getElementById('panel') as HTMLElement).render(<Panel />);
