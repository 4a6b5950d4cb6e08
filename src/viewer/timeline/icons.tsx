import type { ReactNode } from 'react';
import type { ActivityActorType, ActivitySeverity } from '../../client/client.ts';

/** Pictures that say nothing which is not said in words beside them. */
export const icon = (path: ReactNode) => (
  <svg className="al-icon" viewBox="0 0 16 16" aria-hidden="true">
    {path}
  </svg>
);

const actors: Record<ActivityActorType, ReactNode> = {
  USER: icon(
    <path d="M8 8a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM2.75 13.5c.5-2.6 2.6-4 5.25-4s4.75 1.4 5.25 4" />,
  ),
  SYSTEM: icon(<path d="M8 4.5V8l2.25 1.5M8 13.75a5.75 5.75 0 1 0 0-11.5 5.75 5.75 0 0 0 0 11.5Z" />),
  WORKER: icon(<path d="M2.5 5.25 8 2.25l5.5 3v5.5L8 13.75l-5.5-3v-5.5ZM2.5 5.25 8 8.25l5.5-3M8 8.25v5.5" />),
  INTEGRATION: icon(<path d="M6 2.25v3M10 2.25v3M4.25 5.25h7.5V8a3.75 3.75 0 0 1-7.5 0V5.25ZM8 11.75v2" />),
};

export const ActorIcon = ({ type }: { type: ActivityActorType }) => actors[type];

const severities: Record<ActivitySeverity, ReactNode> = {
  INFO: icon(<circle cx="8" cy="8" r="2.5" />),
  WARNING: icon(
    <path d="M8 5.75v3M8 11v.1M7.13 2.75 1.88 11.9A1 1 0 0 0 2.75 13.4h10.5a1 1 0 0 0 .87-1.5L8.87 2.75a1 1 0 0 0-1.74 0Z" />,
  ),
  ERROR: icon(<path d="M8 5v3.5M8 10.9v.1M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z" />),
};

export const SeverityIcon = ({ severity }: { severity: ActivitySeverity }) => severities[severity];

export const CloseIcon = () => icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const NewerIcon = () => icon(<path d="m4 10 4-4 4 4" />);
export const OlderIcon = () => icon(<path d="m4 6 4 4 4-4" />);
export const ArrowUpIcon = () => icon(<path d="M8 13V3M4 7l4-4 4 4" />);
export const SearchIcon = () => icon(<path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2" />);
export const BookmarkIcon = () => icon(<path d="M4.25 2.75h7.5v10.5L8 10.5l-3.75 2.75V2.75Z" />);
export const PencilIcon = () => icon(<path d="m3 13 .6-2.9 7-7 2.3 2.3-7 7L3 13ZM9.4 4.3l2.3 2.3" />);
export const CalendarIcon = () =>
  icon(
    <path d="M2.75 6.5h10.5M5.25 2v2.5M10.75 2v2.5M3.75 3.25h8.5a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-8.5a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z" />,
  );
export const PauseIcon = () => icon(<path d="M5.75 3.5v9M10.25 3.5v9" />);
export const PlayIcon = () => icon(<path d="m5 3 7.5 5L5 13V3Z" />);
export const RunIcon = () => icon(<path d="m6 4 4 4-4 4" />);
export const FoldIcon = () =>
  icon(<path d="M2.75 8h10.5M8 1.75V5.5M5.75 3.5 8 5.75l2.25-2.25M8 14.25V10.5M5.75 12.5 8 10.25l2.25 2.25" />);
export const DownloadIcon = () => icon(<path d="M8 2.5v7.5M4.75 7 8 10.25 11.25 7M2.75 13.25h10.5" />);
