import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedEntry } from '@/core/activity/feed.ts';
import { ActivityLogError } from '@/errors.ts';
import { Hub } from '@/live/hub.ts';
import { Metrics } from '@/metrics.ts';
import { feedEntry, HeldRenderings, NotingMember, topicOf, turn } from './hub-members.ts';

const limit = 4;
let metrics: Metrics;
let hub: Hub;
beforeEach(() => {
  metrics = new Metrics();
  hub = new Hub(metrics, limit);
});
const idOf = ({ activity }: FeedEntry) => activity.id;
const away = new ActivityLogError('UNAVAILABLE');

describe('a group', () => {
  it('executes each entry once, however many its members', async () => {
    const topic = topicOf(idOf);
    const members = Array.from({ length: 50 }, () => new NotingMember(hub, topic).join());
    await hub.deliver([feedEntry('1'), feedEntry('2')]);
    expect(metrics.live.executions).toBe(2);
    for (const member of members) expect(member.texts).toEqual(['1', '2']);
    // They share the very bytes.
    expect(new Set(members.map(({ got }) => got[0])).size).toBe(1);
    const other = new NotingMember(
      hub,
      topicOf((entry) => `other ${idOf(entry)}`, { key: 'other' }),
    ).join();
    await hub.deliver([feedEntry('3')]);
    expect([metrics.live.executions, other.texts]).toEqual([4, ['other 3']]);
  });

  it('executes nothing that no member is for', async () => {
    const topic = topicOf(idOf, {
      selection: { ...topicOf(idOf).selection, filter: { severities: ['ERROR', 'ERROR'], search: 'word' } },
    });
    const member = new NotingMember(hub, topic).join();
    const isForSomebody = await hub.deliver([
      feedEntry('1', { severity: 'ERROR' }),
      feedEntry('2', { message: 'a word' }),
      feedEntry('3', { severity: 'ERROR', message: 'a word', workspaceId: 'w2' }),
    ]);
    expect([isForSomebody, metrics.live.executions]).toEqual([false, 0]);
    expect(await hub.deliver([feedEntry('4', { severity: 'ERROR', message: 'a word' })])).toBe(true);
    expect(member.texts).toEqual(['4']);
  });

  it('has each entry once where several values of its filter find it', async () => {
    const filter = { eventKeys: ['a.*', 'a.b', 'a.b.*'] };
    const topic = topicOf(idOf, { selection: { ...topicOf(idOf).selection, filter } });
    const member = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('1', { eventKey: 'a.b.c' }), feedEntry('2', { eventKey: 'a.b' })]);
    expect([member.texts, metrics.live.executions]).toEqual([['1', '2'], 2]);
  });

  it('renders for clients what clients may see', async () => {
    const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: ['b1'], internals: false } as const;
    const render = ({ activity }: FeedEntry) => JSON.stringify([activity.id, activity.context, activity.actorUserId]);
    const client = new NotingMember(hub, topicOf(render, { key: 'client', selection: { scope, filter: {} } })).join();
    const operator = new NotingMember(hub, topicOf(render)).join();
    const internals = { context: 'c', actorUserId: 'u', visibility: 'CLIENT' } as const;
    await hub.deliver([
      feedEntry('1', { ...internals, brandId: 'b1' }),
      feedEntry('2', { ...internals, brandId: 'b2' }),
    ]);
    expect(client.texts).toEqual(['["1",null,null]']);
    expect(client.got[0]?.entry.activity).toMatchObject({ context: null, actorUserId: null });
    expect(operator.texts).toEqual(['["1","c","u"]', '["2","c","u"]']);
  });

  it('gives nothing more to a member that leaves while something is handed on', async () => {
    const topic = topicOf(idOf);
    const [one, other] = [new NotingMember(hub, topic).join(), new NotingMember(hub, topic).join()];
    one.onTake = () => other.leave();
    await hub.deliver([feedEntry('1')]);
    one.onTake = () => one.leave();
    await hub.deliver([feedEntry('2')]);
    await hub.deliver([feedEntry('3')]);
    expect([one.texts, other.texts]).toEqual([['1', '2'], []]);
    expect(hub.size).toBe(0);
  });
});

describe('a group whose rendering takes its time', () => {
  let held: HeldRenderings;
  let topic: ReturnType<typeof topicOf>;
  beforeEach(() => {
    held = new HeldRenderings();
    topic = topicOf((entry) => (entry.activity.id.startsWith('at once') ? entry.activity.id : held.render(entry)));
  });

  it('holds up no other group', async () => {
    const slow = new NotingMember(hub, topic).join();
    const quick = new NotingMember(hub, topicOf(idOf, { key: 'quick' })).join();
    await hub.deliver([feedEntry('1')]);
    await hub.deliver([feedEntry('2')]);
    expect([slow.texts, quick.texts]).toEqual([[], ['1', '2']]);
  });

  it('keeps the order, over entries and batches, whatever is rendered first', async () => {
    const member = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('1'), feedEntry('at once 2'), feedEntry('3')]);
    await hub.deliver([feedEntry('at once 4')]);
    await hub.deliver([feedEntry('5')]);
    await held.end('3');
    expect(member.texts).toEqual([]);
    await held.end('1');
    await held.end('5');
    expect(member.texts).toEqual(['1', 'at once 2', '3', 'at once 4', '5']);
    await hub.deliver([feedEntry('at once 6')]);
    expect(member.texts.at(-1)).toBe('at once 6');
    expect(metrics.live.executions).toBe(6);
  });

  it('gives who joins meanwhile nothing of the batches before', async () => {
    const first = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('1')]);
    await hub.deliver([feedEntry('2')]);
    const second = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('3')]);
    const third = new NotingMember(hub, topic).join();
    for (const id of ['1', '2', '3']) await held.end(id);
    expect([first.texts, second.texts, third.texts]).toEqual([['1', '2', '3'], ['3'], []]);
    await hub.deliver([feedEntry('at once 4')]);
    for (const member of [first, second, third]) expect(member.texts.at(-1)).toBe('at once 4');
  });

  it('gives who left and came back nothing of what was under way', async () => {
    const [one, other] = [new NotingMember(hub, topic).join(), new NotingMember(hub, topic).join()];
    await hub.deliver([feedEntry('1')]);
    one.leave();
    one.join();
    await held.end('1');
    expect([one.texts, other.texts]).toEqual([[], ['1']]);
    await hub.deliver([feedEntry('at once 2')]);
    expect(one.texts).toEqual(['at once 2']);
  });

  it.each([
    ['rejects', (entry: FeedEntry) => held.render(entry)],
    [
      'throws',
      () => {
        throw away;
      },
    ],
  ])(
    'lets everyone who was to get it fall behind, once, where it %s; later batches reach who joined again',
    async (how, render) => {
      let isAway = true;
      topic = topicOf((entry) => (isAway ? render(entry) : entry.activity.id));
      const members = [new NotingMember(hub, topic).join(), new NotingMember(hub, topic).join()];
      await hub.deliver([feedEntry('1'), feedEntry('2')]);
      let late: NotingMember | undefined;
      if (how === 'rejects') {
        late = new NotingMember(hub, topic).join();
        await held.end('2', away);
      } else await turn();
      for (const member of members) expect([member.fellBehind, member.texts]).toEqual([1, []]);
      // It joined behind what failed: nothing of its own is missing.
      expect(late?.fellBehind ?? 0).toBe(0);
      isAway = false;
      for (const member of members) member.join();
      await hub.deliver([feedEntry('3')]);
      for (const member of members) expect([member.fellBehind, member.texts]).toEqual([1, ['3']]);
      if (late !== undefined) expect(late.texts).toEqual(['3']);
    },
  );

  it('lets members fall behind for all that waited, too, where a rendering rejects', async () => {
    const first = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('1')]);
    const second = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('2')]);
    const third = new NotingMember(hub, topic).join();
    await held.end('1', away);
    expect([first, second, third].map(({ fellBehind }) => fellBehind)).toEqual([1, 1, 0]);
    await hub.deliver([feedEntry('at once 3')]);
    expect([first, second, third].map(({ texts }) => texts)).toEqual([[], [], ['at once 3']]);
  });

  it('lets members fall behind once where more waits than the limit', async () => {
    const member = new NotingMember(hub, topic).join();
    await hub.deliver([feedEntry('1')]);
    const waiting = Array.from({ length: limit }, (_, at) => feedEntry(`at once ${at + 2}`));
    await hub.deliver(waiting);
    expect(member.fellBehind).toBe(0);
    await hub.deliver([feedEntry('at once 6')]);
    expect(member.fellBehind).toBe(1);
    member.join();
    await held.end('1');
    await hub.deliver([feedEntry('at once 7')]);
    await turn();
    expect([member.fellBehind, member.texts]).toEqual([1, ['at once 7']]);
  });
});
