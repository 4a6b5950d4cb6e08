import { useState } from 'react';
import { useIntl } from 'react-intl';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { Confirmation } from './confirmation.tsx';
import { durationOf, entriesOf } from './in-words.ts';
import { PolicyForm } from './policy-form.tsx';
import type { Policy, Retention } from './use-retention.ts';

/** For how long entries are kept: what is said about it, in the order that it counts in. */
export function Policies({ policies, retention }: { policies: readonly Policy[]; retention: Retention }) {
  const say = useSay();
  const intl = useIntl();
  const { workspaceId } = useTimeline();
  const [doubted, setDoubted] = useState<string>();
  const [isAdding, setIsAdding] = useState(false);
  const item = (policy: Policy) => {
    const entries = entriesOf(policy, { say, intl });
    if (policy.id === doubted)
      return (
        <Confirmation
          consequence={say('settings.policy.remove.text', { entries })}
          action={say('settings.policy.remove.confirm')}
          onConfirm={() => retention.removePolicy(policy.id)}
          onDismiss={() => setDoubted(undefined)}
        />
      );
    return (
      <>
        <p>
          <strong>{entries}</strong>
          <span>{durationOf(policy, say)}</span>
        </p>
        {policy.workspaceId === workspaceId ? (
          <button type="button" className="al-button" onClick={() => setDoubted(policy.id)}>
            {say('settings.remove')}
          </button>
        ) : (
          <span className="al-note">{say('settings.policy.everywhere')}</span>
        )}
      </>
    );
  };
  return (
    <section aria-labelledby="al-policies">
      <h3 id="al-policies">{say('settings.policies')}</h3>
      {policies.length === 0 && <p className="al-note">{say('settings.policies.none')}</p>}
      <ul>
        {policies.map((policy) => (
          <li key={`${policy.workspaceId} ${policy.id}`}>{item(policy)}</li>
        ))}
      </ul>
      {isAdding ? (
        <PolicyForm retention={retention} onDone={() => setIsAdding(false)} />
      ) : (
        <button type="button" className="al-button" onClick={() => setIsAdding(true)}>
          {say('settings.policy.add')}
        </button>
      )}
    </section>
  );
}
