import { useEffect, useRef, useState } from 'react';
import type { ActivityLogClientError } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';

interface ConfirmationProps {
  /** What it does, said before it is done. */
  consequence: string;
  /** The word of the button that does it. */
  action: string;
  /** Does it; resolves with why it was refused, or undefined. */
  onConfirm(): Promise<ActivityLogClientError | undefined>;
  onDismiss(): void;
}

/** Says what is about to be done, and does it only then. It stands in the place of what has asked for it. */
export function Confirmation({ consequence, action, onConfirm, onDismiss }: ConfirmationProps) {
  const say = useSay();
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<ActivityLogClientError>();
  const group = useRef<HTMLFieldSetElement>(null);
  useEffect(() => group.current?.focus(), []);
  const confirm = async () => {
    setIsBusy(true);
    const refused = await onConfirm();
    setIsBusy(false);
    setRefusal(refused);
  };
  return (
    <fieldset className="al-confirmation" ref={group} tabIndex={-1} aria-label={consequence}>
      <p>{consequence}</p>
      {refusal !== undefined && (
        <p className="al-problem" role="alert">
          {failureIn(say, refusal)}
        </p>
      )}
      <div className="al-buttons">
        <button type="button" className="al-button" data-kind="danger" disabled={isBusy} onClick={() => void confirm()}>
          {action}
        </button>
        <button type="button" className="al-button" onClick={onDismiss}>
          {say('settings.dismiss')}
        </button>
      </div>
    </fieldset>
  );
}
