import { useState } from 'react';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { Confirmation } from './confirmation.tsx';
import { HoldForm } from './hold-form.tsx';
import { heldBy } from './in-words.ts';
import type { Hold, Retention } from './use-retention.ts';

/** What has to stay whatever a policy says; released holds stay on record. */
export function Holds({ holds, retention }: { holds: readonly Hold[]; retention: Retention }) {
  const say = useSay();
  const { wholeTime } = useMoments();
  const { names } = useTimeline();
  const [doubted, setDoubted] = useState<string>();
  const [isAdding, setIsAdding] = useState(false);
  const item = (hold: Hold) => {
    const entries = heldBy(hold, { say, names });
    const placed = { by: hold.placedBy, when: wholeTime(hold.placedAt) };
    const { releasedBy, releasedAt } = hold;
    if (hold.id === doubted)
      return (
        <Confirmation
          consequence={say('settings.hold.release.text', { entries, reason: hold.reason })}
          action={say('settings.hold.release.confirm')}
          onConfirm={async () => {
            const refused = await retention.releaseHold(hold.id);
            if (refused === undefined) setDoubted(undefined);
            return refused;
          }}
          onDismiss={() => setDoubted(undefined)}
        />
      );
    return (
      <>
        <p>
          <strong>{entries}</strong>
          <bdi>{hold.reason}</bdi>
          <span>{say('settings.hold.placed', placed)}</span>
          {releasedBy !== null && releasedAt !== null && (
            <span>{say('settings.hold.released', { by: releasedBy, when: wholeTime(releasedAt) })}</span>
          )}
        </p>
        {releasedAt === null && (
          <button type="button" className="al-button" onClick={() => setDoubted(hold.id)}>
            {say('settings.release')}
          </button>
        )}
      </>
    );
  };
  return (
    <section aria-labelledby="al-holds">
      <h3 id="al-holds">{say('settings.holds')}</h3>
      {holds.length === 0 && <p className="al-note">{say('settings.holds.none')}</p>}
      <ul>
        {holds.map((hold) => (
          <li key={hold.id} data-released={hold.releasedAt !== null || undefined}>
            {item(hold)}
          </li>
        ))}
      </ul>
      {isAdding ? (
        <HoldForm retention={retention} onDone={() => setIsAdding(false)} />
      ) : (
        <button type="button" className="al-button" onClick={() => setIsAdding(true)}>
          {say('settings.hold.add')}
        </button>
      )}
    </section>
  );
}
