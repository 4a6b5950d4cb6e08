// Those who write: over HTTP, one entry or many at once, and by the library over a pool of its own.
import { ofDist } from '../support/dist.mjs';
import { atRate } from './pace.mjs';

export const workspaceId = 'soak';

const keys = ['content.created', 'content.updated', 'publication.failed', 'publication.done', 'sign.in'];
const words = ['harvest', 'window', 'Größe', 'letter', 'bridge', 'quiet', 'signal', 'orchard'];

/** Entry `number`, which says so in its `entityId`. */
function entryOf(number) {
  return {
    workspaceId,
    brandId: `brand-${number % 7}`,
    entityType: 'CONTENT',
    entityId: String(number),
    eventKey: keys[number % keys.length],
    message: `${words[number % 8]} ${words[(number >> 3) % 8]} ${number % 1_000}`,
    actorType: 'WORKER',
    actorLabel: `worker-${number % 11}`,
    payload: { number, text: 'x'.repeat(number % 300) },
    idempotencyKey: `soak/${number}`,
  };
}

const one = `mutation ($input: ActivityLogInput!) { activityLog(input: $input) { activity { databaseId } } }`;
const many = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { message } activity { databaseId } } } }`;

/** Opens the library over the database, as an application does. */
export async function openLibrary(databaseUrl, dataDir) {
  const library = await import(ofDist('core/activity/activity-log.service.js'));
  library.configureActivityLog({ databaseUrl, dataDir });
  return library;
}

/** Writes until the signal. `rates` are calls a second. */
export async function write({ service, library, ledger, signal, rates }) {
  const attempt = async (what, numbers, call) => {
    try {
      await call(numbers.map(entryOf));
      for (const number of numbers) ledger.acknowledge(number);
      ledger.done.writes += numbers.length;
    } catch (error) {
      ledger.fail(what, error);
    }
  };
  const numbers = (count) => Array.from({ length: count }, () => ledger.next());
  await Promise.all([
    atRate(rates.single, signal, () =>
      attempt('activityLog', numbers(1), async ([input]) => void (await service.graphql(one, { input }))),
    ),
    atRate(rates.many, signal, () =>
      attempt('activityLogMany', numbers(20), async (input) => {
        const { results } = (await service.graphql(many, { input })).activityLogMany;
        const refused = results.find(({ error }) => error !== null);
        if (refused !== undefined) throw new Error(refused.error.message);
      }),
    ),
    atRate(rates.library, signal, () =>
      attempt('logActivity', numbers(1), async ([entry]) => {
        // It resolves with null where it keeps the entry for later, which here is a failure too.
        if ((await library.logActivity(entry)) === null) throw new Error('the entry was kept, not written');
      }),
    ),
  ]);
}
