import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { TokenGate } from './embedding/token-gate.ts';
import type { Session } from './session.ts';
import { TokenForm } from './token-form.tsx';
import { useSay } from './words/localised.tsx';

/** Asks for another token over the page, which stays where it is, once the service takes the last one no more. */
export function SignInAgain({ session, gate }: { session: Session; gate: TokenGate }) {
  const reason = useSyncExternalStore(gate.subscribe, () => gate.ended);
  return reason === undefined ? null : <SignInDialog session={session} reason={reason} />;
}

function SignInDialog({ session, reason }: { session: Session; reason: string }) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="card"
      aria-labelledby="sign-in-again"
      // There is nothing to go on with: signing in or out are the ways. Browsers close it at the second Esc all the same.
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.isConnected && dialog.current.showModal()}
    >
      <h1 id="sign-in-again">{say('signIn.again.heading')}</h1>
      <p>{say('signIn.again.text')}</p>
      <TokenForm reason={reason} onToken={(pasted) => session.signIn(pasted)} />
      <button type="button" className="al-button" onClick={() => session.signOut()}>
        {say('header.signOut')}
      </button>
    </dialog>
  );
}
