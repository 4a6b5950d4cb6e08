import { styleText } from 'node:util';
import type { TailEntry } from './tail-source.ts';

const colours = { INFO: 'cyan', WARNING: 'yellow', ERROR: 'red' } as const;

/**
 * Whatever a terminal would obey instead of show: C0 and C1 controls, DEL, line separators, and the marks that turn the
 * direction of text around.
 */
const unshowable = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

/** The text with every such character as `\u001b`. Entries come from anywhere, and terminals obey. */
function escapeControls(text: string): string {
  return text.replace(unshowable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line of JSON with the entry's fields and its `liveCursor`. What is escaped here was inside a string. */
export function toJsonLine({ activity, liveCursor }: TailEntry): string {
  return escapeControls(JSON.stringify({ ...activity, liveCursor }));
}

/** One line for people: time, severity, event key, actor, entity, message. Colours where standard output takes them. */
export function toTextLine({ activity }: TailEntry): string {
  const { createdAt, severity, eventKey, actorLabel, actorUserId, actorType, entityType, entityId, message } = activity;
  const actor = actorLabel ?? actorUserId ?? actorType;
  return [
    styleText('dim', createdAt),
    styleText(colours[severity], severity.padEnd(7)),
    styleText('bold', escapeControls(eventKey)),
    escapeControls(actor),
    `${entityType} ${escapeControls(entityId)}`,
    escapeControls(message ?? ''),
  ]
    .join('  ')
    .trimEnd();
}
