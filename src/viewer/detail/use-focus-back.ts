import { type RefObject, useEffect } from 'react';

/**
 * Gives the focus back to the list where the panel of an entry went, and the focus with it: by a link in it, or by the
 * browser's way back. To the line of the entry, where the list has that; otherwise to the list.
 * @param root the timeline
 * @param entryId of the entry that is open
 */
export function useFocusBack(root: RefObject<HTMLElement | null>, entryId: string | undefined): void {
  useEffect(() => {
    const timeline = root.current;
    if (entryId === undefined || timeline === null) return;
    return () => {
      // Of the document, also within a shadow root: what the page around it has given the focus keeps it.
      const { activeElement } = document;
      const isLost = activeElement === null || activeElement === document.body;
      if (!isLost || timeline.querySelector('.al-detail') !== null) return;
      const lines = [...timeline.querySelectorAll<HTMLElement>('.al-trail [data-entry]')];
      const line = lines.find(({ dataset }) => dataset['entry'] === entryId);
      const list = timeline.querySelector<HTMLElement>('.al-scroller');
      (line ?? list)?.focus({ preventScroll: true });
    };
  }, [root, entryId]);
}
