import type { ReactNode } from 'react';

/** Pictures that say nothing which is not said in words beside them. */
const icon = (path: ReactNode) => (
  <svg className="al-icon" viewBox="0 0 16 16" aria-hidden="true">
    {path}
  </svg>
);

export const BarsIcon = () => icon(<path d="M2.5 13.5h11M4 11V8M8 11V3.5M12 11V6" />);
export const TableIcon = () => icon(<path d="M2.5 3.5h11v9h-11ZM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6" />);
export const FacetsIcon = () => icon(<path d="M2.5 4.5h11M4.5 8h7M6.5 11.5h3" />);
export const ZoomOutIcon = () => icon(<path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5l3 3M5 7h4" />);
export const WholeIcon = () =>
  icon(<path d="M2.5 3v10M13.5 3v10M5 8h6M7 5.75 4.75 8 7 10.25M9 5.75 11.25 8 9 10.25" />);
