// The entries that are written: one for each file of each commit, the whole history again and again with other ids.
import { readHistory } from './history.mjs';

const brands = ['brand-web', 'brand-app', 'brand-docs', 'brand-tools'];

/** A well mixed whole number that is always the same for the same one. */
export function mixed(number) {
  let value = Math.imul(number ^ (number >>> 16), 0x45d9f3b);
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Files under one folder belong to one brand. */
function brandOf(path) {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  let sum = 0;
  for (const letter of folder) sum += letter.codePointAt(0);
  return brands[sum % brands.length];
}

function eventKeyOf({ added, deleted }, isNew) {
  if (isNew) return 'content.created';
  return added === 0 && deleted > 0 ? 'content.deleted' : 'content.updated';
}

function templatesOf(commits) {
  const seen = new Set();
  return commits.flatMap(({ repository, commit, at, author, bot, subject, files }) =>
    files.map((change) => {
      const file = `${repository}/${change.path}`;
      const isNew = !seen.has(file);
      seen.add(file);
      const fields = {
        workspaceId: repository,
        brandId: brandOf(change.path),
        entityType: 'CONTENT',
        entityId: change.path,
        eventKey: eventKeyOf(change, isNew),
        message: subject.slice(0, 200).toWellFormed(),
        ...(bot ? { actorType: 'INTEGRATION', actorLabel: author } : { actorType: 'USER', actorUserId: author }),
      };
      return { fields, commit, at, change };
    }),
  );
}

const templates = templatesOf(readHistory());

const templateOf = (number) => templates[number % templates.length];

const [oldest, latest] = [templates[0].at, templates.at(-1).at];

/** Each time the history is repeated it is later by as long as it took; so much faster, twenty times are one. */
const faster = 20;
function timeOf(number) {
  const repeated = Math.floor(number / templates.length) * (latest - oldest + 1);
  return new Date((oldest + (repeated + templateOf(number).at - oldest) / faster) * 1_000);
}

/** The same commit another time has another id. */
const commitOf = ({ commit }, number) =>
  Math.floor(number / templates.length)
    .toString(16)
    .padStart(6, '0') + commit.slice(6);

/** Entry `number` as an application logs it while it happens. */
export function entryOf(number) {
  const template = templateOf(number);
  const commit = commitOf(template, number);
  const { path, added, deleted } = template.change;
  return {
    ...template.fields,
    payload: { commit, path, added, deleted },
    idempotencyKey: `${commit}:${path}`,
  };
}

export const entriesFrom = (first, count) => Array.from({ length: count }, (_, index) => entryOf(first + index));

/** The same entry as a line of a file: with its time, without a workspace, and without a key of its own. */
export function lineOf(number) {
  const { workspaceId, idempotencyKey: _, ...entry } = entryOf(number);
  // Files of different projects are different files.
  const entityId = `${workspaceId}/${entry.entityId}`;
  return JSON.stringify({ ...entry, entityId, createdAt: timeOf(number) });
}

/** One workspace has half of the entries, ten thousand others share the rest; one entry every 20 ms. */
export function skewedEntryOf(number) {
  const entry = entryOf(number);
  entry.workspaceId = number % 2 === 0 ? 'workspace-main' : `workspace-${mixed(number) % 10_000}`;
  entry.createdAt = new Date(1_600_000_000_000 + number * 20);
  return entry;
}

/** Bytes of an entry as JSON, on average. */
export function averageSize() {
  const sample = entriesFrom(0, Math.min(templates.length, 10_000));
  return sample.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0) / sample.length;
}
