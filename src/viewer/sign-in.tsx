import { type FormEvent, useEffect, useRef, useState } from 'react';

interface SignInProps {
  /** Why a token that was there is not any more. */
  reason: string | undefined;
  /** Tries what was pasted; resolves with why it is refused, or undefined. */
  onToken(pasted: string): Promise<string | undefined>;
}

/** Where people come in who have a token and no link, and where they come back to when it has ended. */
export function SignIn({ reason, onToken }: SignInProps) {
  const [problem, setProblem] = useState(reason);
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
    <section className="card" aria-labelledby="sign-in">
      <h1 id="sign-in">Sign in</h1>
      <p>Everything important that happens in your application, as it happens. Paste the token that you were given.</p>
      {problem !== undefined && (
        <p className="problem" role="alert" id="token-problem">
          {problem}
          {problem === reason && ' You come back to this very page.'}
        </p>
      )}
      <form onSubmit={(event) => void submit(event)} autoComplete="off">
        <label htmlFor="token">Token</label>
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
          {isAsking ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <p className="hint" id="token-hint">
        It stays in this browser tab. Operators make one with{' '}
        <code>activity-log token --workspace demo --role admin</code>
      </p>
    </section>
  );
}
