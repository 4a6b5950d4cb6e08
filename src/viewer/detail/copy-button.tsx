import { useSay } from '../words/localised.tsx';
import { CopyIcon, DoneIcon } from './detail-icons.tsx';
import { useCopy } from './use-copy.ts';

interface CopyButtonProps {
  /** What it copies, in words: the name of the button. */
  label: string;
  /** Asked when it is needed: it may be long. */
  text(): string;
  /** As a small picture beside what it copies, or as a button with its name on it. */
  look?: 'icon' | 'button';
}

/** Copies something, and says that it did. */
export function CopyButton({ label, text, look = 'icon' }: CopyButtonProps) {
  const say = useSay();
  const [state, copy] = useCopy();
  const outcome = state === undefined ? '' : say(`copy.${state}`);
  return (
    <span className="al-copy" data-state={state}>
      <button
        type="button"
        className={look === 'icon' ? 'al-copy-icon' : 'al-button'}
        aria-label={look === 'icon' ? label : undefined}
        title={look === 'icon' ? label : undefined}
        onClick={() => copy(text())}
      >
        {state === 'copied' ? <DoneIcon /> : <CopyIcon />}
        {look === 'button' && label}
      </button>
      <span role="status" className={state === 'failed' ? 'al-copy-failed' : 'al-hidden'}>
        {outcome}
      </span>
    </span>
  );
}
