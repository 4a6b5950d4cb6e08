import { useMemo, useState } from 'react';
import { useSay } from '../words/localised.tsx';
import { ChangedValue } from './changed-value.tsx';
import type { PayloadChange } from './payload-change.ts';
import { type Difference, differencesIn } from './payload-differences.ts';
import { type PathStep, rootOf } from './payload-nodes.ts';
import { pathText } from './payload-path.ts';
import { wordDifferences } from './word-differences.ts';

/** Differences that are shown at once. */
const atOnce = 50;
const kinds = ['changed', 'added', 'removed'] as const;
/** Said by a sign as well as in words: colours alone tell nobody who does not see them. */
const signs = { changed: '±', added: '+', removed: '−' } as const;

/** What was changed, place by place. */
export function PayloadDiff({ change }: { change: PayloadChange }) {
  const { before, after } = change;
  const say = useSay();
  const [shown, setShown] = useState(atOnce);
  const { whole, list } = useMemo(() => differencesIn(before, after), [before, after]);
  return (
    <div className="al-changes">
      <p className="al-change-counts">
        {whole !== undefined && <span>{say(`diff.whole.${whole}`)}</span>}
        {list.length === 0 && <span>{say('diff.same')}</span>}
        {kinds.map((kind) => {
          const count = list.filter((one) => one.kind === kind).length;
          return (
            count > 0 && (
              <span key={kind} className="al-change-kind" data-kind={kind}>
                <b aria-hidden="true">{signs[kind]}</b>
                {say(`diff.count.${kind}`, { count })}
              </span>
            )
          );
        })}
      </p>
      {list.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{say('diff.place')}</th>
              <th scope="col">{say('diff.before')}</th>
              <th scope="col">{say('diff.after')}</th>
            </tr>
          </thead>
          <tbody>
            {list.slice(0, shown).map((one) => (
              <Change key={JSON.stringify(one.path)} change={one} />
            ))}
          </tbody>
        </table>
      )}
      {list.length > shown && (
        <button type="button" className="al-button" onClick={() => setShown(shown + atOnce)}>
          {say('diff.more', { count: list.length - shown })}
        </button>
      )}
    </div>
  );
}

function Change({ change }: { change: Difference }) {
  const { kind, path } = change;
  const say = useSay();
  const pieces = useMemo(
    () => (change.kind === 'changed' ? wordDifferences(change.before, change.after) : undefined),
    [change],
  );
  return (
    <tr className="al-change" data-kind={kind}>
      <th scope="row">
        {path.length === 0 ? <span>{say('diff.wholeValue')}</span> : <code dir="ltr">{placeText(path)}</code>}
        <span className="al-change-kind" data-kind={kind}>
          <b aria-hidden="true">{signs[kind]}</b>
          {say(`diff.kind.${kind}`)}
        </span>
      </th>
      <td data-side="before">
        {kind === 'added' ? (
          <span className="al-hidden">{say('diff.nothing')}</span>
        ) : (
          <ChangedValue value={change.before} side="before" pieces={pieces} />
        )}
      </td>
      <td data-side="after">
        {kind === 'removed' ? (
          <span className="al-hidden">{say('diff.nothing')}</span>
        ) : (
          <ChangedValue value={change.after} side="after" pieces={pieces} />
        )}
      </td>
    </tr>
  );
}

/** The way to a place, without the sign for the whole. */
const placeText = (path: readonly PathStep[]) => pathText({ ...rootOf(null), path }).replace(/^\$\.?/, '');
