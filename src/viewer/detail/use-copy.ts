import { useCallback, useEffect, useState } from 'react';

/** Milliseconds that a success is shown. */
const shownFor = 2_000;

export type CopyState = 'copied' | 'failed' | undefined;

/** What browsers give pages without TLS, which have no `navigator.clipboard`: false where it is refused, too. */
function copyByCommand(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
  };
  window.addEventListener('copy', put, { capture: true, once: true });
  try {
    return document.execCommand('copy');
  } finally {
    window.removeEventListener('copy', put, { capture: true });
  }
}

async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

/** Copies text, and says for two seconds whether it could. */
export function useCopy(): readonly [state: CopyState, copy: (text: string) => void] {
  const [state, setState] = useState<{ is: CopyState }>({ is: undefined });
  useEffect(() => {
    if (state.is === undefined) return;
    const timer = setTimeout(() => setState({ is: undefined }), shownFor);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = useCallback((text: string) => {
    void put(text).then((isCopied) => setState({ is: isCopied ? 'copied' : 'failed' }));
  }, []);
  return [state.is, copy];
}
