import { useEffect, useMemo, useRef, useState } from 'react';
import { useSay } from '../words/localised.tsx';
import { CopyButton } from './copy-button.tsx';
import { CloseAllIcon, OpenAllIcon } from './detail-icons.tsx';
import { jsonText } from './json-text.tsx';
import { contentOf, openWithin, type PayloadNode, parentsOf, rootOf, rowsOf } from './payload-nodes.ts';
import { pathText } from './payload-path.ts';
import { PayloadRow } from './payload-row.tsx';
import { moveOf } from './tree-keys.ts';
import { TreeSearch } from './tree-search.tsx';
import { usePayloadSearch } from './use-payload-search.ts';

/** Lines that are opened at first, when everything is opened, and matches whose parents are. */
const atFirst = 40;
const atMost = 1_000;
const matchesOpened = 100;
/** Characters of JSON that are seen at a glance: nobody has to search them. */
const short = 100;

/** A value with its members as a tree: to be opened, searched, and copied from. */
export function PayloadTree({ value, label }: { value: unknown; label: string }) {
  const say = useSay();
  const root = useMemo(() => rootOf(value), [value]);
  const [opened, setOpened] = useState(() => openWithin(root, atFirst));
  const isShort = useMemo(() => JSON.stringify(value).length <= short, [value]);
  const most = useMemo(() => openWithin(root, atMost), [root]);
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  /** The line that was gone to, and whether it has the focus since. */
  const [goal, setGoal] = useState<{ id: string; isFocused: boolean }>();
  const tree = useRef<HTMLDivElement>(null);

  const all = useMemo(() => rowsOf(root, opened), [root, opened]);
  // Of the whole nothing is to be said that its members do not say.
  const isHeadless = root.size > 0;
  const rows = useMemo(() => (isHeadless ? all.slice(1) : all), [all, isHeadless]);
  const active = rows.find(({ node }) => node.id === goal?.id) ?? rows[0];

  const go = (id: string, isFocused: boolean) => setGoal({ id, isFocused });
  const search = usePayloadSearch(root, (matches, current) => {
    const parents = [current, ...matches.slice(0, matchesOpened)].flatMap(({ path }) => parentsOf(root, path));
    setOpened(new Set([...opened, ...parents]));
    go(current.id, false);
  });
  useEffect(() => {
    if (goal === undefined) return;
    const lines = [...(tree.current?.querySelectorAll<HTMLElement>('[data-node]') ?? [])];
    const line = lines.find(({ dataset }) => dataset['node'] === goal.id);
    line?.scrollIntoView({ block: 'nearest' });
    if (goal.isFocused) line?.focus({ preventScroll: true });
  }, [goal]);

  const toggle = ({ id, size }: PayloadNode) =>
    size > 0 ? setOpened(switched(opened, id)) : setWhole(switched(whole, id));
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveOf(event.key, rows, opened, active?.node.id);
    if (move === undefined || active === undefined) return;
    event.preventDefault();
    if (move.kind === 'go') go(move.id, true);
    else if (move.kind === 'openAll') setOpened(new Set([...opened, ...move.ids]));
    else toggle(active.node);
  };
  const onClick = (event: React.MouseEvent) => {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-node]') : null;
    const row = rows.find(({ node }) => node.id === line?.dataset['node']);
    // Who selects a part of a text wants to copy it.
    if (row === undefined || getSelection()?.isCollapsed === false) return;
    go(row.node.id, true);
    if (row.node.size > 0 || (event.target as Element).closest('button') !== null) toggle(row.node);
  };
  const isAllOpen = [...most].every((id) => opened.has(id));
  const allLabel = isAllOpen ? say('payload.closeAll') : say('payload.openAll');
  const currentId = search.matches[search.at]?.id;

  return (
    <div className="al-tree">
      {!isShort && (
        <div className="al-tree-bar">
          <TreeSearch search={search} onLeave={() => active && go(active.node.id, true)} />
          {most.size > 1 && (
            <button
              type="button"
              className="al-tool"
              aria-label={allLabel}
              title={allLabel}
              onClick={() => setOpened(isAllOpen ? new Set([root.id]) : most)}
            >
              {isAllOpen ? <CloseAllIcon /> : <OpenAllIcon />}
            </button>
          )}
        </div>
      )}
      <div
        role="tree"
        className="al-nodes"
        dir="ltr"
        aria-label={label}
        ref={tree}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        {rows.map(({ node, ...place }) => (
          <PayloadRow
            key={node.id}
            node={node}
            {...place}
            level={node.level - (isHeadless ? 1 : 0)}
            isOpen={opened.has(node.id)}
            isActive={node === active?.node}
            isCurrent={node.id === currentId}
            isWhole={whole.has(node.id)}
            pattern={search.pattern}
          />
        ))}
      </div>
      {active !== undefined && (
        <div className="al-tree-path">
          <code dir="ltr">{pathText(active.node)}</code>
          <CopyButton look="button" label={say('payload.copyPath')} text={() => pathText(active.node)} />
          <CopyButton look="button" label={say('payload.copyValue')} text={() => copyable(active.node)} />
        </div>
      )}
    </div>
  );
}

const switched = (set: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  set.has(id) ? new Set([...set].filter((one) => one !== id)) : new Set([...set, id]);

/** A text as it is, without quotes; anything else as JSON. */
function copyable(node: PayloadNode): string {
  const content = contentOf(node);
  return typeof content === 'string' ? content : jsonText(content);
}
