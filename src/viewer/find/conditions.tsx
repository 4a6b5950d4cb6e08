import { type KeyboardEvent, useRef } from 'react';
import { CloseIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { removeRange } from './change-query.ts';
import { parseQuery } from './terms.ts';
import { valueInWords } from './value-in-words.ts';

interface ConditionsProps {
  /** Called with the query without one of its conditions. */
  onChange(text: string): void;
  /** Called when there is no condition left to have the focus. */
  onEmpty(): void;
}

/** The conditions that hold, each to be taken away. */
export function Conditions({ onChange, onEmpty }: ConditionsProps) {
  const say = useSay();
  const { place, names } = useTimeline();
  const list = useRef<HTMLUListElement>(null);
  const { terms } = parseQuery(place.query);
  if (terms.length === 0) return null;

  const remove = (index: number) => {
    const term = terms[index];
    if (term === undefined) return;
    const buttons = list.current?.querySelectorAll('button') ?? [];
    const next = buttons[index + 1] ?? buttons[index - 1];
    if (next === undefined) onEmpty();
    else next.focus();
    onChange(removeRange(place.query, term));
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (event.key !== 'Backspace' && event.key !== 'Delete') return;
    event.preventDefault();
    remove(index);
  };
  return (
    <ul className="al-conditions" ref={list} aria-label={say('find.conditions')}>
      {terms.map((term, index) => {
        const value = valueInWords(term, names, say);
        const name = say(`find.qualifier.${term.qualifier}`);
        return (
          // The same words may stand there twice; a chip that stays is the same one, so that it keeps the focus.
          <li
            key={`${term.qualifier}:${term.value}:${terms.slice(0, index).filter((one) => one.value === term.value).length}`}
          >
            <button
              type="button"
              className="al-condition"
              title={say('find.remove', { condition: `${name}: ${value}` })}
              onClick={() => remove(index)}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              <span>{name}</span>
              <bdi>{value}</bdi>
              <CloseIcon />
            </button>
          </li>
        );
      })}
      <li>
        <button
          type="button"
          className="al-condition"
          data-kind="clear"
          onClick={() => {
            onEmpty();
            onChange('');
          }}
        >
          {say('find.clear')}
        </button>
      </li>
    </ul>
  );
}
