import { useIntl } from 'react-intl';
import type { ActivitySeverity, ActivityVisibility } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { ConfirmedForm } from './confirmed-form.tsx';
import { Field } from './field.tsx';
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

/** Says how long which entries are kept. */
export function PolicyForm({ retention, onDone }: { retention: Retention; onDone(): void }) {
  const say = useSay();
  const intl = useIntl();
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
    <ConfirmedForm
      label={say('settings.policy.add')}
      submit={say('settings.policy.set')}
      confirm={say('settings.policy.set.confirm')}
      fields={fields}
      read={read}
      consequenceOf={(policy) =>
        say(policy.days == null ? 'settings.policy.set.forGood' : 'settings.policy.set.text', {
          entries: entriesOf(policy, { say, intl }),
          duration: durationOf(policy, say),
        })
      }
      carryOut={retention.setPolicy}
      onDone={onDone}
    >
      {(refusal) => (
        <>
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
        </>
      )}
    </ConfirmedForm>
  );
}
