import { icon } from '../timeline/icons.tsx';

/** Pictures of the details. */
export const CopyIcon = () =>
  icon(
    <path d="M5.75 5.75v-2A1.25 1.25 0 0 1 7 2.5h5.25a1.25 1.25 0 0 1 1.25 1.25V9a1.25 1.25 0 0 1-1.25 1.25h-2M3.75 5.75H9A1.25 1.25 0 0 1 10.25 7v5.25A1.25 1.25 0 0 1 9 13.5H3.75a1.25 1.25 0 0 1-1.25-1.25V7a1.25 1.25 0 0 1 1.25-1.25Z" />,
  );
export const DoneIcon = () => icon(<path d="m3 8.5 3.25 3.25L13 4.75" />);
export const LinkIcon = () =>
  icon(
    <path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2.3 2.3a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />,
  );
export const JsonIcon = () =>
  icon(
    <path d="M6 2.75c-2 0-1.75 1.5-1.75 2.75S3.75 8 2.5 8c1.25 0 1.75 1.25 1.75 2.5S4 13.25 6 13.25M10 2.75c2 0 1.75 1.5 1.75 2.75S12.25 8 13.5 8c-1.25 0-1.75 1.25-1.75 2.5s.25 2.75-1.75 2.75" />,
  );
export const OpenAllIcon = () => icon(<path d="m5 5.25 3-3 3 3M5 10.75l3 3 3-3" />);
export const CloseAllIcon = () => icon(<path d="m5 2.25 3 3 3-3M5 13.75l3-3 3 3" />);
