import type { ActivityInput } from '../src/core/activity/activity.ts';

export interface CommittedFile {
  path: string;
  /** Its former path, where it was renamed or copied. */
  from: string | null;
  /** Git's letter: A, M, D, R, C, T. */
  status: string;
  /** Lines; null for binary files. */
  added: number | null;
  deleted: number | null;
}

export interface Commit {
  hash: string;
  /** The author's time, ISO 8601. */
  at: string;
  author: string;
  email: string;
  subject: string;
  files: Map<string, CommittedFile>;
}

export declare const mostCommits: number;
export declare function brandOf(path: string): string | null;
export declare function readCommits(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Commit>;
export declare function toEntries(workspaceId: string, commit: Commit): (ActivityInput & { idempotencyKey: string })[];
export declare function findRepository(directory: string): Promise<string>;
export declare function readHistory(directory: string): AsyncGenerator<Commit>;
