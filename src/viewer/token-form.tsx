import { type FormEvent, useEffect, useRef, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { ActivityLogClientError } from '../client/client.ts';
import type { Refusal } from './session.ts';
import { failureIn } from './words/failure.ts';
import { type Say, useSay } from './words/localised.tsx';

export interface TokenFormProps {
  /** Why a token that was there is not any more. */
  reason: string | undefined;
  /** Said behind the reason. */
  comfort?: string | undefined;
  /** Tries what was pasted; resolves with why it is refused, or undefined. */
  onToken(pasted: string): Promise<Refusal | undefined>;
}

function inWords(refusal: Refusal, say: Say): string {
  if (refusal instanceof ActivityLogClientError) return failureIn(say, refusal);
  return refusal === 'not a token' ? say('signIn.notAToken') : refusal;
}

/** The field that a token is pasted into. */
export function TokenForm({ reason, comfort = '', onToken }: TokenFormProps) {
  const say = useSay();
  const [problem, setProblem] = useState<Refusal | undefined>(reason);
  const [isAsking, setIsAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setProblem(reason), [reason]);
  useEffect(() => field.current?.focus(), []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsAsking(true);
    setProblem(undefined);
    const refused = await onToken(field.current?.value ?? '');
    setIsAsking(false);
    setProblem(refused);
    if (refused !== undefined) field.current?.select();
  };
  return (
    <>
      {problem !== undefined && (
        <p className="problem" role="alert" id="token-problem">
          {inWords(problem, say)}
          {problem === reason && ` ${comfort}`}
        </p>
      )}
      <form onSubmit={(event) => void submit(event)} autoComplete="off">
        <label htmlFor="token">{say('signIn.token')}</label>
        <input
          ref={field}
          id="token"
          type="password"
          required
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder="eyJhbGciOi…"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? 'token-hint' : 'token-problem token-hint'}
        />
        <button type="submit" className="al-button" data-kind="primary" disabled={isAsking}>
          {say(isAsking ? 'signIn.submitting' : 'signIn.submit')}
        </button>
      </form>
      <p className="hint" id="token-hint">
        <FormattedMessage
          id="signIn.hint"
          values={{ command: <code dir="ltr">activity-log token --workspace demo --role admin</code> }}
        />
      </p>
    </>
  );
}
