import diff from 'microdiff';
import type { PathStep } from './payload-nodes.ts';

/** What is different at one place. */
export type Difference =
  | { readonly kind: 'added'; readonly path: readonly PathStep[]; readonly after: unknown }
  | { readonly kind: 'removed'; readonly path: readonly PathStep[]; readonly before: unknown }
  | { readonly kind: 'changed'; readonly path: readonly PathStep[]; readonly before: unknown; readonly after: unknown };

export interface Differences {
  /** What became of it in whole, where before or after there is nothing; its members are told all the same. */
  readonly whole: 'created' | 'deleted' | undefined;
  /** Whoever does all of them to what was before has what is after. */
  readonly list: readonly Difference[];
}

/** A copy whose objects inherit nothing: microdiff takes `toString` of any other one for a member. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[name] = bare(member);
  return copy;
}

const hasMembers = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length > 0;
const emptied = (value: unknown) => (Array.isArray(value) ? [] : {});

/** What is different, place by place. Members of lists are compared by their number. */
export function differencesIn(before: unknown, after: unknown): Differences {
  const whole =
    before === null && hasMembers(after) ? 'created' : after === null && hasMembers(before) ? 'deleted' : undefined;
  const from = whole === 'created' ? emptied(after) : before;
  const to = whole === 'deleted' ? emptied(before) : after;
  // In lists, so that the two may be of any kind.
  const found = diff([bare(from)], [bare(to)]);
  const list = found.map((one): Difference => {
    const path = one.path.slice(1);
    if (one.type === 'CREATE') return { kind: 'added', path, after: one.value };
    if (one.type === 'REMOVE') return { kind: 'removed', path, before: one.oldValue };
    return { kind: 'changed', path, before: one.oldValue, after: one.value };
  });
  return { whole, list };
}
