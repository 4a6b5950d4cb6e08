import { memo } from 'react';
import { useIntl } from 'react-intl';
import { OlderIcon } from '../timeline/icons.tsx';
import { useSay } from '../words/localised.tsx';
import type { PayloadNode, PayloadRow as Row } from './payload-nodes.ts';
import { nameOf, rangesIn, textOf } from './payload-search.ts';
import { VisibleText } from './visible-text.tsx';

/** Characters of a text that are shown at first. */
export const cutAt = 300;
/** Levels that are told by an indentation; the screen of a phone has no room for more. */
const indented = 12;

interface PayloadRowProps extends Row {
  /** How deep it is shown: the whole may have no row of its own. */
  level: number;
  isOpen: boolean;
  /** The one that the keys go on from. */
  isActive: boolean;
  /** The one of those found that was gone to. */
  isCurrent: boolean;
  /** A long text in whole. */
  isWhole: boolean;
  pattern: RegExp | undefined;
}

/** A value of a payload, in a line of the tree. */
export const PayloadRow = memo(
  ({ node, position, siblings, level, isOpen, isActive, isCurrent, isWhole, pattern }: PayloadRowProps) => {
    const name = nameOf(node);
    const index = node.path.at(-1);
    return (
      <div
        role="treeitem"
        className="al-node"
        data-node={node.id}
        data-current={isCurrent || undefined}
        aria-level={level}
        aria-posinset={position}
        aria-setsize={siblings}
        aria-selected={isActive}
        {...(node.size > 0 && { 'aria-expanded': isOpen })}
        tabIndex={isActive ? 0 : -1}
        style={{ '--al-level': Math.min(level - 1, indented) } as React.CSSProperties}
      >
        <span className="al-twisty">{node.size > 0 && <OlderIcon />}</span>
        <span className="al-node-text">
          {name !== undefined && (
            <>
              <span className="al-name">
                <VisibleText text={name} marked={rangesIn(name, pattern)} />
              </span>
              <span className="al-mark">: </span>
            </>
          )}
          {node.kind !== 'slice' && typeof index === 'number' && (
            <>
              <span className="al-index">{index}</span>
              <span className="al-mark">: </span>
            </>
          )}
          <Value node={node} isOpen={isOpen} isWhole={isWhole} pattern={pattern} />
        </span>
      </div>
    );
  },
);

interface ValueProps {
  node: PayloadNode;
  isOpen: boolean;
  isWhole: boolean;
  pattern: RegExp | undefined;
}

function Value({ node, isOpen, isWhole, pattern }: ValueProps) {
  const say = useSay();
  const { formatNumber } = useIntl();
  const { kind, from, size } = node;
  if (kind === 'slice')
    return (
      <span className="al-index">
        {from} … {from + size - 1}
      </span>
    );
  if (kind === 'object' || kind === 'array') {
    const [begin, end] = kind === 'object' ? ['{', '}'] : ['[', ']'];
    return (
      <>
        <span className="al-mark">{size === 0 ? begin + end : isOpen ? begin : `${begin} … ${end}`}</span>
        {size > 0 && (
          <span className="al-count">
            <bdi>{say(kind === 'object' ? 'payload.fields' : 'payload.items', { count: size })}</bdi>
          </span>
        )}
      </>
    );
  }
  const text = textOf(node);
  if (kind !== 'string') {
    return (
      <span data-token={kind === 'number' ? 'number' : 'word'}>
        <VisibleText text={text} marked={rangesIn(text, pattern)} />
      </span>
    );
  }
  const marked = rangesIn(text, pattern);
  const isCut = text.length > cutAt && !isWhole && !marked.some(({ end }) => end > cutAt);
  return (
    <>
      <span data-token="string">
        {'"'}
        <VisibleText text={isCut ? cut(text) : text} marked={marked} />
        {isCut ? '…' : '"'}
      </span>
      {text.length > cutAt && (
        <button type="button" className="al-more" tabIndex={-1}>
          {isCut ? say('payload.showAll', { size: formatNumber(text.length) }) : say('payload.showLess')}
        </button>
      )}
    </>
  );
}

/** The beginning of a text, which ends with no half of a character. */
const cut = (text: string) => text.slice(0, cutAt).replace(/[\uD800-\uDBFF]$/, '');
