import { hash } from 'node:crypto';
import type { AcceptedActivity, ActivityInput } from '../core/activity/activity.ts';
import { canonicalJson } from '../core/activity/canonical-json.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import { ActivityLogError, shorten } from '../errors.ts';
import { IdenticalLines } from './identical-lines.ts';
import { type Line, longestLine } from './import-lines.ts';

/** An entry ready to be written. */
export interface ImportEntry extends AcceptedActivity {
  idempotencyKey: string;
  /** True where the line says when it happened. */
  timed: boolean;
}

function refuse(message: string): never {
  throw new ActivityLogError('BAD_USER_INPUT', message);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('the line must be UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`the line must be a JSON object: ${(error as Error).message}`);
  }
}

/** Reads the lines of one import. */
export class ImportEntries {
  readonly #workspaceId: string;
  readonly #identical = new IdenticalLines();

  constructor(workspaceId: string) {
    this.#workspaceId = workspaceId;
  }

  /**
   * The entry of a line; undefined where the line is empty. Without an `idempotencyKey` it gets one made of all that it
   * says, defaults filled in, and, from the second such line on, of how often it came: a second run makes the same keys.
   * @throws ActivityLogError BAD_USER_INPUT saying what is wrong with it
   */
  read({ bytes }: Line): ImportEntry | undefined {
    if (bytes === undefined) refuse(`the line takes at most ${longestLine} bytes`);
    const text = decode(bytes);
    if (text.trim() === '') return undefined;
    const given = this.#inWorkspace(parse(text));
    return this.#complete(acceptEntry(given as ActivityInput), given);
  }

  #inWorkspace(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { workspaceId = null } = value as { workspaceId?: unknown };
    if (workspaceId !== null && workspaceId !== this.#workspaceId) {
      refuse(`workspaceId must be ${shorten(this.#workspaceId)} or be left out, got ${shorten(workspaceId)}`);
    }
    return { ...value, workspaceId: this.#workspaceId };
  }

  #complete(accepted: AcceptedActivity, given: unknown): ImportEntry {
    const timed = (given as { createdAt?: unknown }).createdAt != null;
    return { ...accepted, timed, idempotencyKey: accepted.idempotencyKey ?? this.#keyOf(accepted, timed) };
  }

  #keyOf({ id: _id, idempotencyKey: _key, payloadText, createdAt, ...said }: AcceptedActivity, timed: boolean): string {
    const payload: unknown = payloadText === null ? null : JSON.parse(payloadText);
    const text = canonicalJson({ ...said, payload, ...(timed ? { createdAt: createdAt.toISOString() } : {}) });
    const digest = hash('sha256', text, 'buffer');
    const count = this.#identical.count(digest);
    return `import:${digest.toString('base64url')}${count === 1 ? '' : `#${count}`}`;
  }
}
