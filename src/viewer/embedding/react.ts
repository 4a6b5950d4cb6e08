/**
 * The timeline as a React component: `import { ActivityTimeline } from 'activity-log/react'`, with
 * `import 'activity-log/react/styles.css'`. React 19 is the application's own.
 */

export type { ActivityTimelineProps, Place, Role, Step, Theme } from './activity-timeline-props.ts';
export { EmbeddedTimeline as ActivityTimeline } from './embedded-timeline.tsx';
