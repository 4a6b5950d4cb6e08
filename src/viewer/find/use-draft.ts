import { useEffect, useRef, useState } from 'react';
import { useTimeline } from '../timeline/timeline-context.ts';

/** Milliseconds that somebody rests before it is looked for what stands there. */
const rest = 120;

export interface Draft {
  readonly text: string;
  /** Takes what is typed; `looked` is looked for when the typing rests. */
  type(text: string, looked: string): void;
  /** Takes what is meant to stay, and looks for it at once. */
  settle(text: string): void;
}

/**
 * What stands in the search box, which is ahead of the place while somebody types. All of one typing is one step of the
 * browser's history: the way back leads to what was looked for before it.
 */
export function useDraft(): Draft {
  const { place, go } = useTimeline();
  const [text, setText] = useState(place.query);
  const latest = useRef(go);
  latest.current = go;
  const asked = useRef(place.query);
  const isTyping = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (place.query === asked.current) return;
    // Somebody went elsewhere by another way.
    clearTimeout(timer.current);
    isTyping.current = false;
    asked.current = place.query;
    setText(place.query);
  }, [place.query]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const ask = (query: string) => {
    if (query === asked.current) return;
    asked.current = query;
    latest.current({ query }, isTyping.current ? 'replace' : 'push');
    isTyping.current = true;
  };
  return {
    text,
    type(typed, looked) {
      setText(typed);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => ask(looked), rest);
    },
    settle(meant) {
      clearTimeout(timer.current);
      setText(meant);
      ask(meant.trim());
      isTyping.current = false;
    },
  };
}
