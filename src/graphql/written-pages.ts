/**
 * Pages of entries, written straight into the bytes of the answer. How a field of an entry is written stands beside it in the
 * schema (`written`); a selection of such fields alone becomes a list of writers, made once for each compiled operation, and
 * no entry becomes objects that are only there to be turned into text.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  Kind,
  responsePathAsArray,
  type SelectionSetNode,
} from 'graphql';
import type { ShownActivity } from '../core/activity/activity.ts';
import { type JsonBytes, JsonValueWriter } from './json-bytes.ts';

type Write = (entry: ShownActivity, to: JsonBytes) => void;

/** For `extensions` of a field of an entry: writes its value. */
export const written = (write: Write): { written: Write } => ({ written: write });
/** For `extensions` of a field whose value is the very entry that it is a field of. */
export const sameEntry = { sameEntry: true } as const;

type Fragments = GraphQLResolveInfo['fragments'];
type Fields = Map<string, FieldNode[]>;

const applies = ({ typeCondition }: Pick<FragmentDefinitionNode, 'typeCondition'>, type: GraphQLObjectType): boolean =>
  typeCondition.name.value === type.name || type.getInterfaces().some(({ name }) => name === typeCondition.name.value);

/** Collects the fields of a selection in the order of the answer; false where it is of another kind than is written here. */
function collect(type: GraphQLObjectType, set: SelectionSetNode, fragments: Fragments, fields: Fields): boolean {
  return set.selections.every((selection) => {
    if (selection.directives !== undefined && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const same = fields.get(key);
      if (same === undefined) fields.set(key, [selection]);
      else same.push(selection);
      return true;
    }
    const { typeCondition, selectionSet } =
      selection.kind === Kind.FRAGMENT_SPREAD ? (fragments[selection.name.value] as FragmentDefinitionNode) : selection;
    if (typeCondition !== undefined && !applies({ typeCondition }, type)) return false;
    return collect(type, selectionSet, fragments, fields);
  });
}

/** JSON that is always the same, and what each entry has in between. */
type Piece = string | Write;

/** Puts what the nodes of a field select together; undefined where it cannot be written from the entry alone. */
function piecesOf(type: GraphQLObjectType, nodes: readonly FieldNode[], fragments: Fragments): Piece[] | undefined {
  const fields: Fields = new Map();
  if (!nodes.every(({ selectionSet }) => selectionSet && collect(type, selectionSet, fragments, fields)))
    return undefined;
  const pieces: Piece[] = [];
  for (const [key, selected] of fields) {
    const name = selected[0]?.name.value ?? '';
    const inside = name === '__typename' ? [JSON.stringify(type.name)] : fieldPieces(type, name, selected, fragments);
    if (inside === undefined) return undefined;
    pieces.push(`${pieces.length === 0 ? '{' : ','}${JSON.stringify(key)}:`, ...inside);
  }
  return [...pieces, '}'];
}

function fieldPieces(
  type: GraphQLObjectType,
  name: string,
  nodes: readonly FieldNode[],
  fragments: Fragments,
): Piece[] | undefined {
  const field = type.getFields()[name];
  const write = field?.extensions['written'] as Write | undefined;
  if (write !== undefined) return [write];
  const named = field && getNamedType(field.type);
  return field?.extensions['sameEntry'] === true && isObjectType(named) ? piecesOf(named, nodes, fragments) : undefined;
}

/** Writes all of a page. */
type WritePage = (entries: readonly ShownActivity[], to: JsonBytes) => void;

function writerOf({ returnType, fieldNodes, fragments }: GraphQLResolveInfo): WritePage | undefined {
  const type = getNamedType(returnType);
  const pieces = isObjectType(type) ? piecesOf(type, fieldNodes, fragments) : undefined;
  if (pieces === undefined) return undefined;
  // What always stands before and behind what an entry has.
  const before = [''];
  const writes: Write[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') before.push(`${before.pop()}${piece}`);
    else {
      writes.push(piece);
      before.push('');
    }
  }
  const behind = before.pop() as string;
  return (entries, to) => {
    to.json('[');
    for (let at = 0; at < entries.length; at += 1) {
      if (at > 0) to.json(',');
      for (let place = 0; place < writes.length; place += 1) {
        to.json(before[place] as string);
        (writes[place] as Write)(entries[at] as ShownActivity, to);
      }
      to.json(behind);
    }
    to.json(']');
  };
}

/** By the nodes of a field, which a compiled operation has once and for all. */
const writers = new WeakMap<readonly FieldNode[], WritePage | 'none'>();

/** The pages of one execution of a compiled operation that write themselves. */
export class WrittenPages {
  readonly #found: { path: (string | number)[]; page: JsonValueWriter }[] = [];

  /** True where the answer has no such page. */
  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /**
   * Takes the entries of a field, which then gives none of its own; false where its selection has more than what is written
   * here.
   */
  take(entries: readonly ShownActivity[], info: GraphQLResolveInfo): boolean {
    let write = writers.get(info.fieldNodes);
    if (write === undefined) {
      write = writerOf(info) ?? 'none';
      writers.set(info.fieldNodes, write);
    }
    if (write === 'none') return false;
    const writePage = write;
    const page = new JsonValueWriter((to) => writePage(entries, to));
    this.#found.push({ path: responsePathAsArray(info.path) as (string | number)[], page });
    return true;
  }

  /** Puts the pages where the result has their fields, as far as no error has left a null there. */
  place(data: unknown): void {
    for (const { path, page } of this.#found) {
      const last = path.pop() as string | number;
      let at = data as Record<string | number, unknown> | null;
      for (const key of path) at = (at?.[key] ?? null) as typeof at;
      if (at !== null) at[last] = page;
    }
  }
}
