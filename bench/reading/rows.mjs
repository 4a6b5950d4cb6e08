// What the rows of the data set are: each is made from its number alone, so that any two of a size are the same.
import { entryOf, mixed } from '../support/entries.mjs';

/** It has half of all entries; as many others share the rest. */
export const mainWorkspace = 'workspace-main';
export const otherWorkspaces = 10_000;

export const brands = ['brand-web', 'brand-app', 'brand-docs', 'brand-tools'];

/** What only few entries have. */
export const rareActor = 'user_rare';
export const rareContext = 'nightly_audit';
export const rareEventKey = 'publication.failed';
export const rareSeverity = 'ERROR';
const rareActorEntries = 40;
const rareContextEntries = 50;

/** The time that the entries are of, and the hour in its middle in which so many of all failed. */
const end = Date.UTC(2026, 10, 1);
const span = 2 * 365 * 86_400_000;
const incidentLength = 3_600_000;
const incidentShare = 0.005;
export const incident = { from: new Date(end - span / 2), to: new Date(end - span / 2 + incidentLength) };

/** A number of its own for each entry and question, from 0 to 1. */
const chance = (number, question) => mixed(number ^ Math.imul(question + 1, 0x9e3779b1)) / 2 ** 32;

const question = { workspace: 1, brand: 2, severity: 3, visibility: 4, context: 5, event: 6, key: 7, moment: 8, id: 9 };

/** So many numbers of rows, one in each equal part of the whole; even ones are those of the main workspace. */
function scattered(count, rows, salt, onlyMain) {
  const width = rows / count;
  return new Set(
    Array.from({ length: count }, (_, part) => {
      const number = Math.floor((part + chance(part, salt)) * width);
      return onlyMain ? number & ~1 : number;
    }),
  );
}

const letters = (value, length) => value.toString(36).padStart(length, '0').slice(-length);

const severityOf = (number) => {
  const drawn = chance(number, question.severity);
  if (drawn < 0.0002) return 'ERROR';
  return drawn < 0.0102 ? 'WARNING' : 'INFO';
};

const visibilityOf = (number) => {
  const drawn = chance(number, question.visibility);
  if (drawn < 0.05) return 'CLIENT';
  return drawn < 0.07 ? 'SYSTEM' : 'INTERNAL';
};

const contextOf = (number) => {
  const drawn = chance(number, question.context);
  if (drawn < 0.1) return 'publication_worker';
  return drawn < 0.19999 ? 'importer' : null;
};

/** Entries about publications, among those about content. */
const publicationEvents = [
  [0.0001, rareEventKey],
  [0.0051, 'publication.published'],
  [0.0201, 'publication.scheduled'],
];
const publicationEventOf = (number) => {
  const drawn = chance(number, question.event);
  return publicationEvents.find(([below]) => drawn < below)?.[1];
};

/** @param rows how many there are in all @returns what makes the row of a number, as an object of columns */
export function rowMaker(rows) {
  const incidentRows = Math.round(rows * incidentShare);
  const firstOfIncident = Math.floor((rows - incidentRows) / 2);
  const firstBehind = firstOfIncident + incidentRows;
  const step = (span - incidentLength) / (rows - incidentRows);
  const start = end - span;
  const ofRareActor = scattered(rareActorEntries, rows, 101, true);
  const ofRareContext = scattered(rareContextEntries, rows, 102, false);

  const isInIncident = (number) => number >= firstOfIncident && number < firstBehind;

  /** Ascending. An eighth of the groups of four have one time, as entries of one transaction do. */
  const timeOf = (number) => {
    const first = number & ~3;
    const slot = isInIncident(first) === isInIncident(number) && mixed(first) % 8 === 0 ? first : number;
    const jitter = Math.floor(chance(slot, question.moment) * 5);
    if (slot < firstOfIncident) return Math.floor(start + slot * step) + jitter;
    if (slot >= firstBehind) return Math.floor(end - (rows - slot) * step) + jitter;
    return incident.from.getTime() + Math.floor(((slot - firstOfIncident) / incidentRows) * incidentLength) + jitter;
  };

  /** As cuid makes them: the time, a counter, a process, chance. */
  const idOf = (number, time) => {
    const tail = letters(mixed(number), 4) + letters(mixed(number ^ 0x5bd1e995), 4);
    return `c${letters(time, 8)}${letters(number, 4)}bnch${tail}`;
  };

  return (number) => {
    const entry = entryOf(number);
    const time = timeOf(number);
    const publicationEvent = publicationEventOf(number);
    const workspace = Math.floor(chance(number, question.workspace) * otherWorkspaces);
    const brand = chance(number, question.brand);
    const isOfRareActor = ofRareActor.has(number);
    return {
      id: idOf(number, time),
      workspaceId: number % 2 === 0 ? mainWorkspace : `workspace-${workspace}`,
      brandId: brand < 0.9 ? brands[Math.floor((brand / 0.9) * brands.length)] : null,
      entityType: publicationEvent === undefined ? 'CONTENT' : 'PUBLICATION',
      entityId: publicationEvent === undefined ? entry.entityId : `publication-${mixed(number) % 50_000}`,
      eventKey: publicationEvent ?? entry.eventKey,
      message: entry.message,
      context: ofRareContext.has(number) ? rareContext : contextOf(number),
      actorType: isOfRareActor ? 'USER' : entry.actorType,
      actorUserId: isOfRareActor ? rareActor : (entry.actorUserId ?? null),
      actorLabel: isOfRareActor ? null : (entry.actorLabel ?? null),
      payload: JSON.stringify(entry.payload),
      visibility: visibilityOf(number),
      severity: isInIncident(number) ? rareSeverity : severityOf(number),
      createdAt: new Date(time).toISOString(),
      idempotencyKey: chance(number, question.key) < 0.5 ? entry.idempotencyKey : null,
    };
  };
}
