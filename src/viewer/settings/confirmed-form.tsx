import { type FormEvent, type ReactNode, useState } from 'react';
import type { ActivityLogClientError } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { Confirmation } from './confirmation.tsx';
import { isAbout } from './field.tsx';

export interface ConfirmedFormProps<Wanted> {
  label: string;
  /** What the button says that asks for it, and the one that confirms it. */
  submit: string;
  confirm: string;
  /** Fields that show their refusals themselves, by their names in the API. */
  fields: readonly string[];
  /** What the form says. */
  read(form: HTMLFormElement): Wanted;
  /** What will become of it, in words. */
  consequenceOf(wanted: Wanted): string;
  /** Does it. @returns why it was refused, where it was */
  carryOut(wanted: Wanted): Promise<ActivityLogClientError | undefined>;
  onDone(): void;
  /** The fields. */
  children(refusal: ActivityLogClientError | undefined): ReactNode;
}

/** A form for something with consequences: they are said before it is done. */
export function ConfirmedForm<Wanted extends object>(props: ConfirmedFormProps<Wanted>) {
  const { label, submit, confirm, fields, read, consequenceOf, carryOut, onDone, children } = props;
  const say = useSay();
  const [wanted, setWanted] = useState<Wanted>();
  const [refusal, setRefusal] = useState<ActivityLogClientError>();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefusal(undefined);
    setWanted(read(event.currentTarget));
  };
  const confirmed = async (what: Wanted) => {
    const refused = await carryOut(what);
    if (refused === undefined) onDone();
    else {
      setWanted(undefined);
      setRefusal(refused);
    }
    // It is shown here, beside the field that it is about.
    return undefined;
  };
  return (
    <form className="al-form" onSubmit={ask} autoComplete="off" aria-label={label}>
      {/* It stays there while it is confirmed: whoever comes back finds what they had said. */}
      <div hidden={wanted !== undefined}>
        {children(refusal)}
        {refusal !== undefined && !isAbout(refusal, fields) && (
          <p className="al-problem" role="alert">
            {failureIn(say, refusal)}
          </p>
        )}
        <div className="al-buttons">
          <button type="submit" className="al-button" data-kind="primary">
            {submit}
          </button>
          <button type="button" className="al-button" onClick={onDone}>
            {say('settings.dismiss')}
          </button>
        </div>
      </div>
      {wanted !== undefined && (
        <Confirmation
          consequence={consequenceOf(wanted)}
          action={confirm}
          onConfirm={() => confirmed(wanted)}
          onDismiss={() => setWanted(undefined)}
        />
      )}
    </form>
  );
}
