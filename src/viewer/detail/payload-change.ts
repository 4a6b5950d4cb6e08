/** A payload that tells what something was and what it is now. */
export interface PayloadChange {
  readonly before: unknown;
  readonly after: unknown;
  /** What else it says; undefined where that is nothing. */
  readonly rest: Readonly<Record<string, unknown>> | undefined;
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names that say by themselves that this is a change. */
const pairs = [
  ['before', 'after'],
  ['old', 'new'],
  ['previous', 'current'],
] as const;
/** Also the names of spans, routes and mails: a change only where nothing else stands beside them. */
const loosePair = ['from', 'to'] as const;

/** An object with these members, which are its own: the names come from whoever logs. */
function objectOf(members: readonly (readonly [string, unknown])[]): Members {
  return Object.fromEntries(members);
}

/** The payload without what the change was read from. */
function restOf(payload: Members, used: readonly string[]): Members | undefined {
  const rest = Object.entries(payload).filter(([name]) => !used.includes(name));
  return rest.length === 0 ? undefined : objectOf(rest);
}

function pairIn(payload: Members): PayloadChange | undefined {
  const has = (name: string) => Object.hasOwn(payload, name);
  const isLoose = Object.keys(payload).length === 2;
  const pair = [...pairs, ...(isLoose ? [loosePair] : [])].find(([old, now]) => has(old) && has(now));
  if (pair === undefined) return undefined;
  return { before: payload[pair[0]], after: payload[pair[1]], rest: restOf(payload, pair) };
}

/** What was changed in one field: a pair, or a list of what was and what is. */
function fieldChange(value: unknown): PayloadChange | undefined {
  if (Array.isArray(value))
    return value.length === 2 ? { before: value[0], after: value[1], rest: undefined } : undefined;
  const change = isObject(value) ? pairIn(value) : undefined;
  return change?.rest === undefined ? change : undefined;
}

/** `{changes: {field: …}}`, where all of the fields are pairs. */
function changesIn(payload: Members): PayloadChange | undefined {
  const fields = Object.hasOwn(payload, 'changes') ? payload['changes'] : undefined;
  if (!isObject(fields) || Object.keys(fields).length === 0) return undefined;
  const changes = Object.entries(fields).map(([name, value]) => [name, fieldChange(value)] as const);
  const read = changes.flatMap(([name, change]) => (change === undefined ? [] : [[name, change] as const]));
  if (read.length < changes.length) return undefined;
  return {
    before: objectOf(read.map(([name, { before }]) => [name, before])),
    after: objectOf(read.map(([name, { after }]) => [name, after])),
    rest: restOf(payload, ['changes']),
  };
}

/**
 * Reads a change out of a payload: `{before, after}`, `{old, new}`, `{previous, current}`, `{from, to}` alone, or
 * `{changes: {field: {from, to} | {before, after} | … | [was, is]}}`.
 * @returns undefined where it is none
 */
export function changeIn(payload: unknown): PayloadChange | undefined {
  return isObject(payload) ? (pairIn(payload) ?? changesIn(payload)) : undefined;
}
