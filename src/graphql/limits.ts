/** What one operation may ask for, counted before anything runs. Described in docs/graphql.md. */
export const queryLimits = {
  /** Levels of nested fields. */
  depth: 15,
  /** Fields selected, over all levels. */
  breadth: 300,
  /** Fields that the answer may have: the fields of a page count once for each entry that `first` or `last` asks for. */
  complexity: 50_000,
} as const;

/** Aliases in one document. */
export const mostAliases = 50;
/** Lexical tokens in one document. Large inputs belong into variables. */
export const mostTokens = 20_000;
/** Characters of one document: the places of its errors are looked for in all of them. */
export const longestDocument = 500_000;
/** Entries of one `activityLogMany`. */
export const mostEntries = 1_000;
/** Entries of a page: by default, at most. */
export const pageSize = { default: 50, most: 500 } as const;
