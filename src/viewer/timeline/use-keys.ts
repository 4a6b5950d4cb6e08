import { type RefObject, useEffect, useRef } from 'react';

const typing = 'input, textarea, select, [contenteditable]';

/**
 * Keys that do something while nothing outside of the element has the focus: a field keeps what is typed into it, and the
 * page around an embedded timeline keeps its own keys.
 */
export function useKeys(element: RefObject<HTMLElement | null>, actions: Record<string, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key } = event;
      // In a shadow root it is the element itself, which others are not told.
      const [target] = event.composedPath();
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element))
        return;
      // A dialog keeps its own keys, too.
      if (
        target.matches(typing) ||
        target.closest('[role="dialog"]') ||
        !(target === document.body || element.current?.contains(target))
      )
        return;
      const action = latest.current[key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [element]);
}
