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
