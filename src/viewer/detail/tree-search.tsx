import { NewerIcon, OlderIcon } from '../timeline/icons.tsx';
import { useSay } from '../words/localised.tsx';
import type { PayloadSearch } from './use-payload-search.ts';

interface TreeSearchProps {
  search: PayloadSearch;
  /** Called when whoever searches goes to what was found. */
  onLeave(): void;
}

const ways = [
  { word: 'payload.previous', by: -1, Icon: NewerIcon },
  { word: 'payload.next', by: 1, Icon: OlderIcon },
] as const;

/** The field that looks for something in a payload, how often it is there, and the ways from one to the next. */
export function TreeSearch({ search, onLeave }: TreeSearchProps) {
  const { sought, matches, at, seek, step } = search;
  const say = useSay();
  const count = matches.length;
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape' && sought !== '') seek('');
    else if (event.key === 'ArrowDown' || event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
    // What is done here is not done once more by the timeline around it.
    event.stopPropagation();
  };
  return (
    <search className="al-tree-search">
      <input
        type="search"
        aria-label={say('payload.search')}
        placeholder={say('payload.search')}
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        value={sought}
        onChange={(event) => seek(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status" className="al-count" data-none={(sought !== '' && count === 0) || undefined}>
        {sought === '' ? '' : count === 0 ? say('payload.noMatch') : say('payload.match', { at: at + 1, count })}
      </span>
      {sought !== '' &&
        ways.map(({ word, by, Icon }) => (
          <button
            key={word}
            type="button"
            className="al-tool"
            aria-label={say(word)}
            title={say(word)}
            disabled={count < 2}
            onClick={() => step(by)}
          >
            <Icon />
          </button>
        ))}
    </search>
  );
}
