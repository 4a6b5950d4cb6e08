import { type UseComboboxStateChangeTypes, useCombobox } from 'downshift';
import {
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { SearchIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { offeredQualifiers } from './completions.ts';
import { environmentOf } from './environment-of.ts';
import { type Suggestion, suggest } from './suggest.ts';
import { SuggestionText } from './suggestion-text.tsx';
import { settled, whileTyping } from './typing.ts';
import { useCompletions } from './use-completions.ts';
import type { Draft } from './use-draft.ts';

const types = useCombobox.stateChangeTypes;
/** The arrows only where the list is closed: they open it. */
const moving: readonly UseComboboxStateChangeTypes[] = [
  types.InputKeyDownArrowDown,
  types.InputKeyDownArrowUp,
  types.ItemMouseMove,
];
/** Which of so many suggestions a key comes to from another one; -1 stands for none. */
const moves = new Map<string, (at: number, count: number) => number>([
  ['ArrowDown', (at, count) => (at + 1) % count],
  ['ArrowUp', (at, count) => (Math.max(at, 0) + count - 1) % count],
  ['PageDown', (_, count) => count - 1],
  ['PageUp', () => 0],
]);

export interface SearchFieldHandle {
  focus(): void;
}

interface SearchFieldProps {
  ref: Ref<SearchFieldHandle>;
  draft: Draft;
  /** The id of what says what is wrong in it; undefined where nothing is. */
  problemsId: string | undefined;
  /** Called when somebody is done here by the keyboard, to give the focus to what was found. */
  onLeave(): void;
}

/** Where people type what they look for, and what it may be completed with. */
export function SearchField({ ref, draft, problemsId, onLeave }: SearchFieldProps) {
  const say = useSay();
  const { role } = useTimeline();
  const { completions, refresh } = useCompletions();
  const { text } = draft;
  const field = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(text.length);
  const [isOpen, setOpen] = useState(false);
  const [highlightedIndex, setHighlighted] = useState(-1);
  const toCaret = useRef<number>(undefined);
  const environment = useMemo(() => environmentOf(field), []);
  const qualifiers = useMemo(() => offeredQualifiers(role), [role]);
  const items = useMemo(
    () => (isOpen ? suggest(text, caret, { completions, qualifiers }) : []),
    [isOpen, text, caret, completions, qualifiers],
  );
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));
  useLayoutEffect(() => {
    if (toCaret.current === undefined) return;
    field.current?.setSelectionRange(toCaret.current, toCaret.current);
    toCaret.current = undefined;
  });

  /** Opens where there is something to complete, or nothing yet. Enter takes what was begun, and else nothing. */
  const offer = (shown: string, at: number) => {
    const isBegun = /\S$/.test(shown.slice(0, at));
    setCaret(at);
    setOpen(isBegun || shown === '');
    setHighlighted(isBegun ? 0 : -1);
  };
  const take = (suggestion: Suggestion) => {
    const { text: completed, caret: at } = suggestion;
    toCaret.current = at;
    const goesOn = suggestion.kind === 'qualifier' || (suggestion.kind === 'value' && suggestion.isBeginning);
    if (goesOn) {
      draft.type(completed, whileTyping(completed, completions));
      offer(completed, at);
    } else {
      draft.settle(completed);
      setCaret(at);
      setOpen(false);
    }
  };
  const { getInputProps, getItemProps, getMenuProps } = useCombobox<Suggestion>({
    ...{ items, isOpen, highlightedIndex, environment },
    inputValue: text,
    selectedItem: null,
    itemToString: () => text,
    onStateChange({ type, isOpen: opens, highlightedIndex: highlighted, selectedItem }) {
      // Nothing is taken, opened or let go of but by these: where the mouse rests and what is typed do it no more.
      if (type === types.ItemClick && selectedItem != null) take(selectedItem);
      if (!moving.includes(type)) return;
      if (opens !== undefined) setOpen(opens);
      if (highlighted !== undefined) setHighlighted(highlighted);
    },
  });
  /**
   * What the keys do is done at once: Downshift tells of it only after it has painted, and a key that follows sooner would
   * find everything as it was.
   */
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    const move = isOpen && items.length > 0 ? moves.get(key) : undefined;
    if (event.nativeEvent.isComposing || (move === undefined && !['Enter', 'Escape', 'Home', 'End'].includes(key)))
      return;
    // The first and the last place are those of the text; the rest is done here.
    Object.assign(event.nativeEvent, { preventDownshiftDefault: true });
    if (move !== undefined) {
      event.preventDefault();
      setHighlighted(move(highlightedIndex, items.length));
    }
    if (key === 'Enter') {
      const highlighted = isOpen ? items[highlightedIndex] : undefined;
      if (highlighted === undefined) {
        draft.settle(text.trim());
        setOpen(false);
      } else {
        event.preventDefault();
        take(highlighted);
      }
    }
    if (key === 'Escape') {
      event.preventDefault();
      onLeave();
      // There may be nothing found to go to.
      field.current?.blur();
    }
  };
  const onChange = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const { value, selectionStart } = currentTarget;
    draft.type(value, whileTyping(value, completions));
    offer(value, selectionStart ?? value.length);
  };
  const onFocus = () => {
    refresh();
    if (text === '') offer('', 0);
  };
  const onBlur = () => {
    setOpen(false);
    draft.settle(settled(text));
  };
  /** A list that opens under a mouse that rests is not what the mouse was moved to. */
  const onMouseMove = ({ movementX, movementY, nativeEvent }: MouseEvent) =>
    Object.assign(nativeEvent, { preventDownshiftDefault: movementX === 0 && movementY === 0 });
  const isShown = isOpen && items.length > 0;
  return (
    <div className="al-find-field">
      <SearchIcon />
      <input
        {...getInputProps({
          ref: field,
          ...{ onKeyDown, onChange, onFocus, onBlur, 'aria-label': say('find.label') },
          onSelect: ({ currentTarget }) => setCaret(currentTarget.selectionStart ?? text.length),
        })}
        dir="auto"
        placeholder={say('find.placeholder')}
        enterKeyHint="search"
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        aria-invalid={problemsId !== undefined || undefined}
        aria-describedby={problemsId}
      />
      <span className="al-find-key" aria-hidden="true">
        /
      </span>
      <ul {...getMenuProps({ 'aria-label': say('find.suggestions') })} className="al-suggestions" hidden={!isShown}>
        {items.map((suggestion, index) => (
          <li
            key={suggestion.key}
            className="al-suggestion"
            data-kind={suggestion.kind}
            {...getItemProps({ item: suggestion, index, onMouseMove })}
          >
            <SuggestionText suggestion={suggestion} />
          </li>
        ))}
      </ul>
    </div>
  );
}
