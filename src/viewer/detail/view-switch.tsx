import { useId } from 'react';
import { useSay } from '../words/localised.tsx';

export type PayloadView = 'changes' | 'tree';

const views = ['changes', 'tree'] as const;

/** Chooses how a payload that tells of a change is shown. */
export function ViewSwitch({ view, onChange }: { view: PayloadView; onChange(view: PayloadView): void }) {
  const say = useSay();
  const name = useId();
  return (
    <fieldset className="al-switch">
      <legend className="al-hidden">{say('payload.view')}</legend>
      {views.map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={view === one} onChange={() => onChange(one)} />
          <span>{say(`payload.view.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
