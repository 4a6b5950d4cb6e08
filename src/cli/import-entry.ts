import { hash } from 'node:crypto';
import type { AcceptedActivity, ActivityInput } from '../core/activity/activity.ts';
import { sorted } from '../core/activity/canonical-json.ts';
import type { EntryField } from '../core/activity/entry-columns.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import { ActivityLogError, shorten } from '../errors.ts';
import { IdenticalLines } from './identical-lines.ts';
import { type Line, longestLine } from './import-lines.ts';

/** What makes two lines the same; a field that is missing in their key does not compile. */
type SaidField = Exclude<EntryField, 'id' | 'payloadText' | 'idempotencyKey'> | 'payload';

/** An entry ready to be written, with its idempotency key. */
export interface ImportEntry {
  entry: AcceptedActivity;
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
    const entry = acceptEntry(given);
    const timed = given.createdAt != null;
    entry.idempotencyKey ??= this.#keyOf(entry, given.payload, timed);
    return { entry, timed };
  }

  /** What the line gives, as an entry of the import's workspace; acceptEntry() refuses what is none. */
  #inWorkspace(value: unknown): ActivityInput {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as ActivityInput;
    const given = value as ActivityInput;
    const { workspaceId = null } = given;
    if (workspaceId !== null && workspaceId !== this.#workspaceId) {
      refuse(`workspaceId must be ${shorten(this.#workspaceId)} or be left out, got ${shorten(workspaceId)}`);
    }
    given.workspaceId = this.#workspaceId;
    return given;
  }

  /** Of what the entry says, in one order. By hand: most of the time of an import would go into sorting these names. */
  #keyOf(entry: AcceptedActivity, payload: unknown, timed: boolean): string {
    const { actorLabel, actorType, actorUserId, brandId, context } = entry;
    const { entityId, entityType, eventKey, message, severity, visibility, workspaceId } = entry;
    const createdAt = timed ? entry.createdAt : undefined;
    const text = JSON.stringify({
      actorLabel,
      actorType,
      actorUserId,
      brandId,
      context,
      createdAt,
      entityId,
      entityType,
      eventKey,
      message,
      payload: sorted(payload) ?? null,
      severity,
      visibility,
      workspaceId,
    } satisfies Record<SaidField, unknown>);
    const digest = hash('sha256', text, 'buffer');
    const count = this.#identical.count(digest);
    return `import:${digest.toString('base64url')}${count === 1 ? '' : `#${count}`}`;
  }
}
