import type { ActivityEntityType } from '../../client/client.ts';
import { enumerations } from '../find/query.ts';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { ConfirmedForm } from './confirmed-form.tsx';
import { Field } from './field.tsx';
import { heldBy } from './in-words.ts';
import type { NewHold, Retention } from './use-retention.ts';

const entityTypes: readonly ActivityEntityType[] = enumerations.type;
const fields = ['reason', 'brandId', 'entityType', 'entityId', 'actorUserId', 'actorLabel'];

/** What a form says: what is left empty is no condition. */
function read(form: HTMLFormElement): NewHold {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? '').trim();
  const given = ['brandId', 'entityType', 'entityId', 'actorUserId', 'actorLabel'].filter((name) => text(name) !== '');
  return { reason: text('reason'), ...Object.fromEntries(given.map((name) => [name, text(name)])) };
}

/** Says which entries have to stay, and why. */
export function HoldForm({ retention, onDone }: { retention: Retention; onDone(): void }) {
  const say = useSay();
  const { names } = useTimeline();
  const plain = { spellCheck: false, autoCapitalize: 'off', dir: 'auto' } as const;
  return (
    <ConfirmedForm
      label={say('settings.hold.add')}
      submit={say('settings.hold.place')}
      confirm={say('settings.hold.place.confirm')}
      fields={fields}
      read={read}
      consequenceOf={(hold) => say('settings.hold.place.text', { entries: heldBy(hold, { say, names }) })}
      carryOut={retention.placeHold}
      onDone={onDone}
    >
      {(refusal) => (
        <>
          <Field label={say('settings.hold.reason')} refusal={refusal} of={['reason']}>
            <textarea name="reason" required rows={2} dir="auto" />
          </Field>
          <p className="al-note">{say('settings.hold.conditions')}</p>
          <Field label={say('detail.brand')} refusal={refusal} of={['brandId']}>
            <input name="brandId" {...plain} />
          </Field>
          <Field label={say('settings.hold.entityType')} refusal={refusal} of={['entityType']}>
            <select name="entityType" defaultValue="">
              <option value="">{say('settings.hold.anyEntity')}</option>
              {entityTypes.map((type) => (
                <option key={type} value={type}>
                  {say(`entity.${type}`)}
                </option>
              ))}
            </select>
          </Field>
          <Field label={say('settings.hold.entityId')} refusal={refusal} of={['entityId']}>
            <input name="entityId" {...plain} />
          </Field>
          <Field label={say('settings.hold.user')} refusal={refusal} of={['actorUserId']}>
            <input name="actorUserId" {...plain} />
          </Field>
          <Field label={say('settings.hold.actor')} refusal={refusal} of={['actorLabel']}>
            <input name="actorLabel" {...plain} />
          </Field>
        </>
      )}
    </ConfirmedForm>
  );
}
