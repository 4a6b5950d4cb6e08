/** What the viewer's picture is made of: how long its bars are, what is in them, and what stands under them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/client/client.ts';
import { bucketBounds } from '../../src/core/activity/histogram.ts';
import { filterOf, parseQuery } from '../../src/viewer/find/query.ts';
import { ticksOf } from '../../src/viewer/picture/axis.ts';
import { barAt, severities, toBars, totalOf } from '../../src/viewer/picture/bars.ts';
import { clockOf, toLocalText } from '../../src/viewer/picture/clock.ts';
import { facetGroups } from '../../src/viewer/picture/facet-groups.ts';
import { addEntries, type Figures } from '../../src/viewer/picture/figures.ts';
import { widened, withRange } from '../../src/viewer/picture/range-query.ts';
import { relaxedFilter } from '../../src/viewer/picture/relaxed-filter.ts';
import { leastHeight, stack } from '../../src/viewer/picture/stack.ts';
import { longestSpan, stepFor, steps } from '../../src/viewer/picture/steps.ts';

const minute = 60_000;
const hour = 60 * minute;
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe'];
const zone = fc.constantFrom(...zones);
const moment = fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2040-01-01') });
/** As many short ones as long ones. */
const span = fc.double({ min: Math.log(minute), max: Math.log(longestSpan), noNaN: true }).map(Math.exp);

/** A picture as the service gives it, with a count in some of its intervals. */
const picture = fc
  .record({ from: moment, span, timeZone: zone, counts: fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }) })
  .map(({ from, span, timeZone, counts }) => {
    const step = stepFor(span);
    const bounds = bucketBounds(new Date(from), new Date(from + span), step.interval, timeZone);
    const buckets = bounds.slice(1).map((end, n) => ({
      start: (bounds[n] as Date).toISOString(),
      end: end.toISOString(),
      severities: [{ severity: severities[n % 3] ?? 'INFO', count: counts[n % counts.length] ?? 0 }],
    }));
    const clock = clockOf(timeZone);
    return { from, to: from + span, step, buckets, clock, timeZone, bars: toBars(buckets, step, clock) };
  });

describe('the bars of a picture', () => {
  it('are as many as can be told apart, and the service is asked for no more than it gives', () => {
    fc.assert(
      fc.property(picture, span, ({ bars, buckets, step }, other) => {
        // One begins before, one ends behind; where clocks are changed a stretch of hours is one bar more.
        expect(bars.length).toBeLessThanOrEqual(124);
        expect(buckets.length).toBeLessThanOrEqual(1_500);
        const { length } = stepFor(other);
        expect(other / length).toBeLessThanOrEqual(120);
        if (other > 20 * minute) expect(other / length).toBeGreaterThan(17);
        expect(steps).toContain(step);
      }),
    );
  });

  it('have everything in them that the service counts, without a gap, and begin where clocks are even', () => {
    fc.assert(
      fc.property(picture, ({ bars, buckets, step, clock }) => {
        const sum = buckets.flatMap(({ severities }) => severities).reduce((all, { count }) => all + count, 0);
        expect(bars.reduce((all, { counts }) => all + totalOf(counts), 0)).toBe(sum);
        expect(bars[0]?.start).toBe(Date.parse(buckets[0]?.start ?? ''));
        expect(bars.at(-1)?.end).toBe(Date.parse(buckets.at(-1)?.end ?? ''));
        bars.slice(1).forEach(({ start }, n) => {
          expect(start).toBe(bars[n]?.end);
          const time = clock(start);
          if (step.interval === 'MINUTE') expect(time.minute % step.of).toBe(0);
          if (step.interval === 'HOUR') expect(time.hour % step.of).toBe(0);
          if (step.interval === 'MONTH') expect([(time.month - 1) % step.of, time.day]).toEqual([0, 1]);
        });
      }),
    );
  });

  it('hold each moment in one of them', () => {
    fc.assert(
      fc.property(picture, fc.double({ min: -0.5, max: 1.5, noNaN: true }), ({ bars, from, to }, share) => {
        const moment = Math.round(from + (to - from) * share);
        expect(barAt(bars, moment)).toBe(bars.findIndex(({ start, end }) => start <= moment && moment < end));
      }),
    );
  });

  it('show whatever there is, one part on the other', () => {
    const count = fc.nat(100_000);
    fc.assert(
      fc.property(fc.record({ ERROR: count, WARNING: count, INFO: count }), (counts) => {
        const layers = stack(counts, (n) => n / 2_000);
        expect(layers.map(({ severity }) => severity)).toEqual(severities.filter((one) => counts[one] > 0));
        layers.forEach(({ severity, bottom, height }, n) => {
          const below = layers[n - 1];
          expect(bottom).toBe(below === undefined ? 0 : below.bottom + below.height);
          expect(height).toBe(Math.max(leastHeight, counts[severity] / 2_000));
        });
      }),
    );
  });

  it('have words under them that do not run into each other', () => {
    fc.assert(
      fc.property(picture, fc.integer({ min: 2, max: 20 }), ({ bars, clock }, most) => {
        const places = ticksOf(bars, clock, most).map(({ index }) => index);
        places.slice(1).forEach((index, n) => {
          expect(index - (places[n] as number)).toBeGreaterThanOrEqual(bars.length / most);
        });
      }),
    );
    const bars = (from: string, length: number, count: number) =>
      Array.from({ length: count }, (_, n) => {
        const start = Date.parse(from) + n * length;
        return { start, end: start + length, counts: { ERROR: 0, WARNING: 0, INFO: 0 } };
      });
    const texts = (given: ReturnType<typeof bars>, most: number) =>
      ticksOf(given, clockOf('Europe/Berlin'), most).map(
        ({ index, kind }) => `${kind} ${toLocalText(clockOf('Europe/Berlin')(given[index]?.start ?? 0))}`,
      );
    expect(texts(bars('2026-11-27T20:00:00Z', hour, 30), 8)).toEqual([
      'day 2026-11-28',
      'time 2026-11-28T06:00',
      'time 2026-11-28T12:00',
      'time 2026-11-28T18:00',
      'day 2026-11-29',
    ]);
  });
});

describe('a range of a picture', () => {
  it('stands in the query as its clocks show it, and selects what the bars have', () => {
    fc.assert(
      fc.property(picture, fc.nat(), fc.nat(), ({ bars, timeZone }, a, b) => {
        const [first, last] = [a % bars.length, b % bars.length].sort((one, other) => one - other);
        const { start: from = 0 } = bars[first ?? 0] ?? {};
        const { end: to = 0 } = bars[last ?? 0] ?? {};
        const query = withRange('severity:error after:2001-01-01 retry', { from, to }, timeZone);
        const filter = filterOf(parseQuery(query), { timeZone });
        expect(filter).toEqual({
          ...{ severities: ['ERROR'], search: 'retry' },
          ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
        });
        expect(withRange(query, { from: undefined, to: undefined }, timeZone)).toBe('severity:error retry');
      }),
    );
    const berlin = (from: string, to: string) =>
      withRange('', { from: Date.parse(from), to: Date.parse(to) }, 'Europe/Berlin');
    expect(berlin('2026-10-31T23:00:00Z', '2026-11-01T09:15:00Z')).toBe('after:2026-11-01 before:2026-11-01T10:15');
    // Half past two comes twice that night.
    expect(berlin('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')).toBe(
      'after:2026-10-25T02:30 before:2026-10-25T01:30:00.000Z',
    );
  });

  it('grows around what is looked at, and never into the future', () => {
    fc.assert(
      fc.property(moment, span, moment, (from, span, now) => {
        const wider = widened({ from, to: from + span }, now);
        expect(wider.from).toBeLessThan(from);
        if (wider.to === undefined) expect(from + span * 1.5).toBeGreaterThanOrEqual(now - 2 * minute);
        else {
          expect(wider.to).toBeGreaterThan(from + span);
          expect(wider.to).toBeLessThanOrEqual(now + minute);
        }
      }),
    );
  });
});

const figures = (bars: Figures['bars'], rest: Partial<Figures> = {}): Figures => ({
  ...{ total: 0, exact: true, counted: 0, step: stepFor(hour), bars, isOpen: true, estimated: [] },
  ...{ eventKeys: [], actors: [], severities: [], brands: [], entityTypes: [], ...rest },
});

const activity = (createdAt: number, rest: Partial<Activity> = {}): Activity => ({
  ...{ id: 'x', databaseId: 'x', workspaceId: 'w', brandId: null, entityType: 'OTHER', entityId: 'e' },
  ...{ eventKey: 'a.b', message: null, context: null, actorType: 'SYSTEM', actorUserId: null, actorLabel: 'S' },
  ...{ payload: null, visibility: 'INTERNAL', severity: 'INFO', createdAt: new Date(createdAt).toISOString(), ...rest },
});

describe('figures', () => {
  it('are raised by what comes in as if they were counted again', () => {
    const value = fc.record({
      moment: fc.integer({ min: 0, max: 10 * minute }),
      severity: fc.constantFrom(...severities),
      brandId: fc.constantFrom(null, 'b1', 'b2'),
      eventKey: fc.constantFrom('a.b', 'c.d'),
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.nat(40), fc.boolean(), (values, at, isOpen) => {
        const bars = Array.from({ length: 5 }, (_, n) => ({
          ...{ start: n * minute, end: (n + 1) * minute, counts: { ERROR: 0, WARNING: 0, INFO: 0 } },
        }));
        const entries = values.map(({ moment, ...rest }) => activity(moment, rest));
        const start = figures(bars, { isOpen });
        const raised = addEntries(addEntries(start, entries.slice(0, at)), entries.slice(at));
        expect(raised.total).toBe(entries.length);
        raised.bars.forEach(({ start, end, counts }) => {
          const inside = values.filter(({ moment }) => start <= moment && moment < end);
          for (const one of severities)
            expect(counts[one]).toBe(inside.filter(({ severity }) => severity === one).length);
        });
        if (isOpen) expect(raised.bars.reduce((sum, { counts }) => sum + totalOf(counts), 0)).toBe(values.length);
        else expect(raised.bars).toHaveLength(5);
        for (const { brandId, count } of raised.brands)
          expect(count).toBe(values.filter((one) => one.brandId === brandId).length);
        for (const { eventKey, count } of raised.eventKeys)
          expect(count).toBe(values.filter((one) => one.eventKey === eventKey).length);
        expect(start.bars).toBe(bars);
      }),
    );
  });
});

describe('facets', () => {
  const names = { workspace: 'w', brand: (id: string) => id.toUpperCase() };
  const counted = figures([], {
    actors: [
      { actorType: 'USER', actorUserId: 'u1', actorLabel: 'Mara', count: 3 },
      { actorType: 'USER', actorUserId: 'u2', actorLabel: 'Mara', count: 2 },
      { actorType: 'USER', actorUserId: 'u3', actorLabel: null, count: 1 },
    ],
    brands: [{ brandId: 'b1', count: 6 }],
    eventKeys: [
      { eventKey: 'content.approved', count: 4 },
      { eventKey: 'content.sent', count: 2 },
    ],
  });
  const of = (role: 'CLIENT' | 'ADMIN' | undefined, query = '') =>
    Object.fromEntries(
      facetGroups(counted, { role, names, query, say: (id) => id }).map(({ name, facets }) => [
        name,
        facets.map(({ qualifier, value, label, count }) => [qualifier, value, label, count]),
      ]),
    );

  it('are asked for as they are known, those of one name as one', () => {
    expect(of('ADMIN')).toEqual({
      brands: [['brand', 'b1', 'B1', 6]],
      eventKeys: [
        ['event', 'content.approved', 'content.approved', 4],
        ['event', 'content.sent', 'content.sent', 2],
      ],
      actors: [
        ['actor', 'Mara', 'Mara', 5],
        ['user', 'u3', 'u3', 1],
      ],
    });
    // By a label and by an id would be both.
    expect(of('ADMIN', 'user:u3')['actors']).toEqual([['user', 'u3', 'u3', 1]]);
  });

  it('are counted without the condition that another choice would widen', () => {
    const filter = { ...{ brandIds: ['b1'], severities: ['ERROR' as const] }, actorLabels: ['Mara'], search: 'x' };
    expect(relaxedFilter(filter, 'brands')).toEqual({ severities: ['ERROR'], actorLabels: ['Mara'], search: 'x' });
    expect(relaxedFilter(filter, 'actors')).toEqual({ brandIds: ['b1'], severities: ['ERROR'], search: 'x' });
    expect(relaxedFilter(filter, 'eventKeys')).toBeUndefined();
    expect(relaxedFilter({ ...filter, actorUserIds: ['u1'] }, 'actors')).toBeUndefined();
    expect(relaxedFilter({ entities: [{ type: 'MEDIA', id: 'm' }] }, 'entityTypes')).toBeUndefined();
    expect(relaxedFilter({ entities: [{ type: 'MEDIA' }] }, 'entityTypes')).toEqual({});
  });

  it('offer clients neither users, nor words out of code, nor a choice that is none', () => {
    expect(of('CLIENT')).toEqual({
      eventKeys: [
        ['event', 'content.approved', 'Content approved', 4],
        ['event', 'content.sent', 'Content sent', 2],
      ],
      actors: [
        ['actor', 'Mara', 'Mara', 5],
        ['actortype', 'user', 'actor.USER', 1],
      ],
    });
    expect(of(undefined)['actors']).toContainEqual(['actortype', 'user', 'actor.USER', 1]);
    // What was chosen can be given up.
    expect(of('CLIENT', 'brand:b1')['brands']).toEqual([['brand', 'b1', 'B1', 6]]);
  });
});
