import type { ReactNode } from 'react';
import type { Theme } from './embedding/activity-timeline-props.ts';

const pictures: Record<Theme, ReactNode> = {
  auto: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11Z" fill="currentcolor" />
    </>
  ),
  light: (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7" />
    </>
  ),
  dark: <path d="M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z" />,
};

/** Light, dark, or half of each; said in words beside it. */
export const ThemeIcon = ({ theme }: { theme: Theme }) => (
  <svg className="al-icon" viewBox="0 0 16 16" aria-hidden="true">
    {pictures[theme]}
  </svg>
);

export const MenuIcon = () => (
  <svg className="al-icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />
  </svg>
);
