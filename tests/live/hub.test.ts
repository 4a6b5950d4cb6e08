import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ActivityLogError } from '@/errors.ts';
import { Hub } from '@/live/hub.ts';
import { Metrics } from '@/metrics.ts';
import { feedEntry, HeldRenderings, NotingMember, topicOf, turn } from './hub-members.ts';

const limit = 4;
const which = fc.nat({ max: 9 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('deliver' as const), which, count: fc.nat({ max: 3 }) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('render' as const), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('join' as const, 'leave' as const), which }) },
  fc.record({ does: fc.constant('fail' as const), which }),
);
const gaugeOf = async (gauge: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await gauge.get()).values[0]?.value;

/** One stay of a member in the hub: what it was due, and what it got. */
interface Stay {
  member: NotingMember;
  due: string[];
  isOver: boolean;
}

it('gives each member what is delivered while it is there: in order, without a gap or a double', async () => {
  let got = 0;
  let fell = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (steps) => {
      const metrics = new Metrics();
      const hub = new Hub(metrics, limit);
      const held = new HeldRenderings();
      // Some entries of one topic are ready at once, some are not; all of the other are.
      const render = (entry: Parameters<HeldRenderings['render']>[0]) =>
        entry.activity.id.startsWith('slow') ? held.render(entry) : entry.activity.id;
      const topics = [topicOf(render), topicOf(({ activity }) => activity.id, { key: 'other' })];
      const stays: Stay[] = [];
      let number = 0;
      const there = () => stays.filter(({ member, isOver }) => !isOver && member.fellBehind === 0);
      for (const one of steps) {
        if (one.does === 'deliver') {
          const ids = Array.from({ length: one.count }, () => `${one.which % 2 === 0 ? 'slow' : 'quick'} ${++number}`);
          for (const stay of there()) stay.due.push(...ids);
          await hub.deliver(ids.map((id) => feedEntry(id)));
        } else if (one.does === 'join') {
          const member = new NotingMember(hub, topics[one.which % 3 === 0 ? 1 : 0] as (typeof topics)[0]);
          stays.push({ member: member.join(), due: [], isOver: false });
        } else if (one.does === 'leave') {
          const stay = stays[one.which % Math.max(stays.length, 1)];
          if (stay === undefined) continue;
          stay.member.leave();
          stay.isOver = true;
        } else {
          const id = held.ids[one.which % Math.max(held.ids.length, 1)];
          if (id !== undefined)
            await held.end(id, one.does === 'fail' ? new ActivityLogError('UNAVAILABLE') : undefined);
        }
        expect(hub.size).toBe(there().length);
        for (const { member, due } of stays) expect(member.texts).toEqual(due.slice(0, member.texts.length));
      }
      while (held.ids.length > 0) await held.end(held.ids[0] as string);
      await turn();
      for (const { member, due } of there()) expect(member.texts).toEqual(due);
      for (const { member } of stays) {
        expect(member.fellBehind).toBeLessThanOrEqual(1);
        got += member.texts.length;
        fell += member.fellBehind;
      }
      expect(await gaugeOf(metrics.subscribers)).toBe(there().length);
      expect(await gaugeOf(metrics.groups)).toBe(new Set(there().map(({ member }) => member.topic.key)).size);
    }),
    { numRuns: 200 },
  );
  expect(got).toBeGreaterThan(500);
  expect(fell).toBeGreaterThan(20);
});
