import { createHash } from 'node:crypto';
import { ActivityLogError } from '../../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ExportFormat, FormulaRule } from './export-format.ts';
import type { CursorSeal } from './live-cursor.ts';
import { formatSnapshot, parseSnapshot, type Snapshot } from './position.ts';
import { SealedText } from './sealed-text.ts';
import type { ReadScope } from './visibility.ts';

/** What is exported, and how. */
export interface ExportOrder {
  scope: ReadScope;
  /** An `ActivityFilter` as JSON has it. */
  filter: object;
  format: ExportFormat;
  formulas: FormulaRule;
}

/** The moment that an export shows. */
export interface ExportMoment {
  snapshot: Snapshot;
  createdAt: Date;
}

/** An order that somebody may have carried out until it expires, without a token. */
export interface ExportLink extends ExportMoment {
  order: ExportOrder;
  /** Who has asked for it. */
  subject: string;
  expiresAt: Date;
}

/** How long a link lives, in milliseconds. */
export const linkLife = 5 * 60_000;

/** Of what JSON makes of it, which is all that a link keeps: in it a moment is text. */
const digestOf = (order: ExportOrder): string =>
  createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(order))))
    .digest('base64url');

/**
 * Tickets name the moment of an export, for who asks for the rest of it or for its manifest; links are whole orders with an
 * expiry. Sealed, not signed: both carry a snapshot, and transaction ids are nobody's business.
 */
export class ExportSeals {
  readonly #tickets: SealedText;
  readonly #links: SealedText;

  constructor(seal: CursorSeal) {
    this.#tickets = new SealedText(seal, 'activity-log export ticket');
    this.#links = new SealedText(seal, 'activity-log export link');
  }

  /** The ticket of an order at a moment. It is good for the same order alone. */
  closeTicket(order: ExportOrder, { snapshot, createdAt }: ExportMoment): string {
    return this.#tickets.close(JSON.stringify([digestOf(order), formatSnapshot(snapshot), createdAt]));
  }

  /** @throws ActivityLogError BAD_USER_INPUT where it is no ticket of this database, or one of another order */
  openTicket(ticket: string, order: ExportOrder): ExportMoment {
    const text = this.#tickets.open(ticket);
    const [digest, shown, createdAt] = text === undefined ? [] : (JSON.parse(text) as [string, string, string]);
    const snapshot = shown === undefined ? undefined : parseSnapshot(shown);
    if (snapshot === undefined || createdAt === undefined || digest !== digestOf(order)) {
      throw new ActivityLogError(
        'BAD_USER_INPUT',
        'export takes what Activity-Log-Export of an export with the same parameters and rights said. Begin a new one.',
        { field: 'export' },
      );
    }
    return { snapshot, createdAt: new Date(createdAt) };
  }

  closeLink({ order, subject, snapshot, createdAt, expiresAt }: ExportLink): string {
    return this.#links.close(
      JSON.stringify({ order, subject, snapshot: formatSnapshot(snapshot), createdAt, expiresAt }),
    );
  }

  /** @throws ActivityLogError UNAUTHENTICATED where it is no link of this database, or has expired */
  openLink(link: string, now = new Date()): ExportLink {
    const text = this.#links.open(link);
    type Sealed = Record<'snapshot' | 'createdAt' | 'expiresAt' | 'subject', string> & { order: ExportOrder };
    const sealed = text === undefined ? undefined : (JSON.parse(text) as Sealed);
    const snapshot = sealed && parseSnapshot(sealed.snapshot);
    if (sealed === undefined || snapshot === undefined)
      throw new ActivityLogError('UNAUTHENTICATED', 'This is no link to an export. Ask for a new one.', {
        field: 'link',
      });
    const expiresAt = new Date(sealed.expiresAt);
    if (expiresAt <= now)
      throw new ActivityLogError('UNAUTHENTICATED', 'The link has expired. Ask for a new one.', { field: 'link' });
    const { order, subject } = sealed;
    return { order, subject, snapshot, createdAt: new Date(sealed.createdAt), expiresAt };
  }
}
