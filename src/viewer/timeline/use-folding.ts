import { useCallback, useState } from 'react';

const key = 'activity-log:folding';

function read(): boolean {
  try {
    return localStorage.getItem(key) !== 'off';
  } catch {
    // A browser may keep nothing.
    return true;
  }
}

/** Whether runs of like entries are folded, and what changes that; kept for this browser. On by default. */
export function useFolding(): readonly [boolean, () => void] {
  const [isFolding, setFolding] = useState(read);
  const toggle = useCallback(() => {
    setFolding(!isFolding);
    try {
      localStorage.setItem(key, isFolding ? 'off' : 'on');
    } catch {
      // It holds for as long as the page is open.
    }
  }, [isFolding]);
  return [isFolding, toggle];
}
