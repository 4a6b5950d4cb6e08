import pg from 'pg';
import { ActivityLogClientError, type ActivityLogInput, createActivityLogClient } from '../../src/client/client.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Ledger } from './ledger.ts';
import { tick, transact } from './torture-writers.ts';

export interface SurvivingOptions {
  ledger: Ledger;
  /** They stop once so many entries were acknowledged. */
  entries: number;
  /** Resolves when the next transaction may begin. */
  ready(): Promise<void>;
}

/** Writes straight into the table, over a connection that may be lost at any moment. */
export async function writeStraight(url: string, name: string, options: SurvivingOptions): Promise<void> {
  const { ledger, entries, ready } = options;
  while (ledger.acknowledged.size < entries) {
    await ready();
    const client = new pg.Client({ connectionString: url, application_name: name });
    // The statement that is under way fails too.
    client.on('error', () => undefined);
    let open: { ids: string[]; began: number } | undefined;
    try {
      await client.connect();
      while (ledger.acknowledged.size < entries) {
        await ready();
        const done = await transact(client, {
          bursts: 0.02,
          committing: (rows, began) => {
            open = { ids: rows.map(({ id }) => id), began };
          },
        });
        open = undefined;
        if (done !== undefined) ledger.commit(done.transaction);
      }
    } catch (error) {
      // An answer of the database is a fault of this test; anything else is a connection that is lost.
      if (error instanceof pg.DatabaseError) throw error;
      if (open !== undefined) ledger.leaveOpen(open.ids, open.began);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

export interface MutationOptions extends SurvivingOptions {
  name: string;
  random: SeededRandom;
  token: string;
  /** One of them for each call: the service, or a proxy in front of it, once it is there. */
  service(): Promise<string>;
}

/** Writes by the mutation, each call as often as it takes, with the same keys. @returns how often a call was repeated */
export async function writeByMutation(options: MutationOptions): Promise<number> {
  const { ledger, entries, ready, name, random, token, service } = options;
  let repeated = 0;
  for (let call = 0; ledger.acknowledged.size < entries; call += 1) {
    const input = Array.from(
      { length: random.whole(1, 40) },
      (_, place): ActivityLogInput => ({
        workspaceId: 'torture',
        brandId: random.pick([null, 'b1', 'b2']),
        entityType: 'OTHER',
        entityId: 'e1',
        eventKey: random.pick(['torture.step', 'torture.other', 'content.created']),
        context: `call ${call}`,
        actorType: 'USER',
        actorUserId: name,
        visibility: random.pick(['INTERNAL', 'CLIENT', 'SYSTEM']),
        idempotencyKey: `${name}/${call}/${place}`,
      }),
    );
    const began = tick();
    for (;;) {
      await ready();
      const client = createActivityLogClient({ url: await service(), token, timeout: 5_000 });
      try {
        const results = await client.logMany(input);
        const ids = results.flatMap(({ activity }) => activity?.databaseId ?? []);
        if (ids.length < input.length) throw new Error(`entries were refused: ${JSON.stringify(results)}`);
        ledger.commit({ ids, began, committed: tick() });
        break;
      } catch (error) {
        if (!(error instanceof ActivityLogClientError && error.code === 'UNAVAILABLE')) throw error;
        repeated += 1;
      }
    }
  }
  return repeated;
}
