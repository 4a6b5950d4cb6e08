import { type FormEvent, useState } from 'react';
import type { ActivityEntityType, ActivityLogClientError } from '../../client/client.ts';
import { enumerations } from '../find/query.ts';
import { useTimeline } from '../timeline/timeline-context.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { Confirmation } from './confirmation.tsx';
import { Field, isAbout } from './field.tsx';
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

/** Says which entries have to stay, and why; what that means is said before it is done. */
export function HoldForm({ retention, onDone }: { retention: Retention; onDone(): void }) {
  const say = useSay();
  const { names } = useTimeline();
  const [hold, setHold] = useState<NewHold>();
  const [refusal, setRefusal] = useState<ActivityLogClientError>();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefusal(undefined);
    setHold(read(event.currentTarget));
  };
  const place = async (wanted: NewHold) => {
    const refused = await retention.placeHold(wanted);
    if (refused === undefined) {
      onDone();
      return undefined;
    }
    setHold(undefined);
    setRefusal(refused);
    return undefined;
  };
  const plain = { spellCheck: false, autoCapitalize: 'off', dir: 'auto' } as const;
  return (
    <form className="al-form" onSubmit={ask} autoComplete="off" aria-label={say('settings.hold.add')}>
      {/* It stays there while it is confirmed: whoever comes back finds what they had said. */}
      <div hidden={hold !== undefined}>
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
        {refusal !== undefined && !isAbout(refusal, fields) && (
          <p className="al-problem" role="alert">
            {failureIn(say, refusal)}
          </p>
        )}
        <div className="al-buttons">
          <button type="submit" className="al-button" data-kind="primary">
            {say('settings.hold.place')}
          </button>
          <button type="button" className="al-button" onClick={onDone}>
            {say('settings.dismiss')}
          </button>
        </div>
      </div>
      {hold !== undefined && (
        <Confirmation
          consequence={say('settings.hold.place.text', { entries: heldBy(hold, { say, names }) })}
          action={say('settings.hold.place.confirm')}
          onConfirm={() => place(hold)}
          onDismiss={() => setHold(undefined)}
        />
      )}
    </form>
  );
}
