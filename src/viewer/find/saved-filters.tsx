import { Popover } from '@base-ui/react/popover';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import { CloseIcon, PencilIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { keepSavedFilters, readSavedFilters, type SavedFilter } from './saved-filter-store.ts';

interface SavedFiltersProps {
  /** The button that it belongs to. */
  anchor: RefObject<HTMLButtonElement | null>;
  onClose(): void;
}

/** The filters that somebody has kept: to open, to name otherwise, to remove, and what is looked for now to be kept. */
export function SavedFilters({ anchor, onClose }: SavedFiltersProps) {
  const say = useSay();
  const { workspaceId, place, go } = useTimeline();
  const [filters, setFilters] = useState(() => readSavedFilters(workspaceId));
  const [renamed, setRenamed] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const query = place.query.trim();
  const keep = (changed: readonly SavedFilter[]) => setFilters(keepSavedFilters(workspaceId, changed));
  const open = (filter: SavedFilter) => {
    go({ query: filter.query }, 'push');
    onClose();
  };
  return (
    <Popover.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Portal container={anchor.current?.closest<HTMLElement>('.al-timeline') ?? null}>
        <Popover.Positioner className="al-popover-place" anchor={anchor} align="end" sideOffset={6}>
          <Popover.Popup className="al-popover" finalFocus={anchor} initialFocus={heading}>
            <Popover.Title className="al-popover-title" ref={heading} tabIndex={-1}>
              {say('find.saved')}
            </Popover.Title>
            {filters.length === 0 && <p className="al-popover-text">{say('find.saved.none')}</p>}
            <ul className="al-saved">
              {filters.map((filter) =>
                filter.name === renamed ? (
                  <li key={filter.name}>
                    <NameForm
                      name={filter.name}
                      onCancel={() => setRenamed(undefined)}
                      onName={(name) => {
                        setRenamed(undefined);
                        keep([...filters.filter((one) => one !== filter), { name, query: filter.query }]);
                        heading.current?.focus();
                      }}
                    />
                  </li>
                ) : (
                  <li key={filter.name}>
                    <button type="button" className="al-saved-open" onClick={() => open(filter)}>
                      <bdi>{filter.name}</bdi>
                      <code dir="auto">{filter.query}</code>
                    </button>
                    <button
                      type="button"
                      className="al-tool"
                      aria-label={say('find.saved.rename', { name: filter.name })}
                      onClick={() => setRenamed(filter.name)}
                    >
                      <PencilIcon />
                    </button>
                    <button
                      type="button"
                      className="al-tool"
                      aria-label={say('find.saved.remove', { name: filter.name })}
                      onClick={() => {
                        heading.current?.focus();
                        keep(filters.filter((one) => one !== filter));
                      }}
                    >
                      <CloseIcon />
                    </button>
                  </li>
                ),
              )}
            </ul>
            {query !== '' && !filters.some((one) => one.query === query) && (
              <section className="al-saved-new" aria-label={say('find.saved.saveThis')}>
                <h3>{say('find.saved.saveThis')}</h3>
                <code dir="auto">{query}</code>
                <NameForm
                  name=""
                  onName={(name) => {
                    heading.current?.focus();
                    keep([...filters, { name, query }]);
                  }}
                />
              </section>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface NameFormProps {
  name: string;
  onName(name: string): void;
  onCancel?: () => void;
}

function NameForm({ name, onName, onCancel }: NameFormProps) {
  const say = useSay();
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = field.current?.value.trim() ?? '';
    if (given !== '') onName(given);
  };
  return (
    <form className="al-filter-name" onSubmit={submit} autoComplete="off">
      <label>
        <span className="al-hidden">{say('find.saved.name')}</span>
        <input
          ref={(element) => {
            field.current = element;
            // Whoever asked to name it otherwise types at once.
            if (name !== '') element?.select();
          }}
          required
          maxLength={100}
          defaultValue={name}
          placeholder={say('find.saved.name')}
        />
      </label>
      <button type="submit" className="al-button" data-kind="primary">
        {say('find.saved.save')}
      </button>
      {onCancel !== undefined && (
        <button type="button" className="al-button" onClick={onCancel}>
          {say('find.saved.cancel')}
        </button>
      )}
    </form>
  );
}
