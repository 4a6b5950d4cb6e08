import { type FormEvent, useState } from 'react';
import { useIntl } from 'react-intl';
import type { ActivityLogClientError, ActivitySeverity, ActivityVisibility } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { Confirmation } from './confirmation.tsx';
import { Field, isAbout } from './field.tsx';
import { durationOf, entriesOf } from './in-words.ts';
import type { NewPolicy, Retention } from './use-retention.ts';

const visibilities: readonly ActivityVisibility[] = ['CLIENT', 'INTERNAL', 'SYSTEM'];
const severities: readonly ActivitySeverity[] = ['INFO', 'WARNING', 'ERROR'];
const fields = ['days', 'eventKeys'];

/** What a form says: what is left empty is no condition. */
function read(form: HTMLFormElement): NewPolicy {
  const data = new FormData(form);
  const days = String(data.get('days')).trim();
  const eventKeys = String(data.get('eventKeys'))
    .split(/[\s,]+/)
    .filter(Boolean);
  const chosen = <T extends string>(name: string, all: readonly T[]) =>
    all.filter((one) => data.getAll(name).includes(one));
  const conditions = {
    visibilities: chosen('visibilities', visibilities),
    severities: chosen('severities', severities),
    eventKeys,
  };
  const given = Object.entries(conditions).filter(([, values]) => values.length > 0);
  return { days: days === '' ? null : Number(days), ...Object.fromEntries(given) };
}

/** Says how long which entries are kept; what that means is said before it is done. */
export function PolicyForm({ retention, onDone }: { retention: Retention; onDone(): void }) {
  const say = useSay();
  const intl = useIntl();
  const [policy, setPolicy] = useState<NewPolicy>();
  const [refusal, setRefusal] = useState<ActivityLogClientError>();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefusal(undefined);
    setPolicy(read(event.currentTarget));
  };
  const set = async (wanted: NewPolicy) => {
    const refused = await retention.setPolicy(wanted);
    if (refused === undefined) {
      onDone();
      return undefined;
    }
    setPolicy(undefined);
    setRefusal(refused);
    return undefined;
  };
  const choices = (name: string, of: readonly string[], wordOf: (value: never) => string) => (
    <fieldset className="al-choices">
      <legend>{say(name === 'severities' ? 'settings.policy.severities' : 'settings.policy.visibilities')}</legend>
      {of.map((value) => (
        <label key={value}>
          <input type="checkbox" name={name} value={value} />
          {wordOf(value as never)}
        </label>
      ))}
    </fieldset>
  );
  return (
    <form className="al-form" onSubmit={ask} autoComplete="off" aria-label={say('settings.policy.add')}>
      {/* It stays there while it is confirmed: whoever comes back finds what they had said. */}
      <div hidden={policy !== undefined}>
        <Field
          label={say('settings.policy.days')}
          hint={say('settings.policy.days.hint')}
          refusal={refusal}
          of={['days']}
        >
          <input name="days" type="number" min="0" inputMode="numeric" />
        </Field>
        {choices('visibilities', visibilities, (one) => say(`settings.visibility.${one}`))}
        {choices('severities', severities, (one) => say(`severity.${one}`))}
        <Field
          label={say('settings.policy.events')}
          hint={say('settings.policy.events.hint')}
          refusal={refusal}
          of={['eventKeys']}
        >
          <input name="eventKeys" dir="ltr" spellCheck={false} autoCapitalize="off" />
        </Field>
        {refusal !== undefined && !isAbout(refusal, fields) && (
          <p className="al-problem" role="alert">
            {failureIn(say, refusal)}
          </p>
        )}
        <div className="al-buttons">
          <button type="submit" className="al-button" data-kind="primary">
            {say('settings.policy.set')}
          </button>
          <button type="button" className="al-button" onClick={onDone}>
            {say('settings.dismiss')}
          </button>
        </div>
      </div>
      {policy !== undefined && (
        <Confirmation
          consequence={say(policy.days == null ? 'settings.policy.set.forGood' : 'settings.policy.set.text', {
            entries: entriesOf(policy, { say, intl }),
            duration: durationOf(policy, say),
          })}
          action={say('settings.policy.set.confirm')}
          onConfirm={() => set(policy)}
          onDismiss={() => setPolicy(undefined)}
        />
      )}
    </form>
  );
}
