/** What of a timeline somebody looks at: all that a colleague needs to look at the same. */
export interface Place {
  /** What is looked for, as it stands in the search box; empty for everything. */
  readonly query: string;
  /** A moment, ISO 8601, that the list begins at; undefined for now, which is live. */
  readonly at: string | undefined;
  /** The global id of the entry that is open. */
  readonly entryId: string | undefined;
}

export const everything: Place = { query: '', at: undefined, entryId: undefined };

/** What going to another place leaves behind for the browser's way back: a step of its own, or none. */
export type Step = 'push' | 'replace';
