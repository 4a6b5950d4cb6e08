import { TokenForm, type TokenFormProps } from './token-form.tsx';
import { useSay } from './words/localised.tsx';

/** Where people come in who have a token and no link. */
export function SignIn({ reason, onToken }: Pick<TokenFormProps, 'reason' | 'onToken'>) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="sign-in">
      <h1 id="sign-in">{say('signIn.heading')}</h1>
      <p>{say('signIn.text')}</p>
      <TokenForm reason={reason} comfort={say('signIn.comeBack')} onToken={onToken} />
    </section>
  );
}
