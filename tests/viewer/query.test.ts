import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { checkFilter } from '@/core/activity/filter.ts';
import { parseSearch } from '@/core/activity/search.ts';
import type { ActivityFilter } from '../../src/client/client.ts';
import {
  addTerm,
  enumerations,
  filterOf,
  formatTerm,
  hasTerm,
  meaningOf,
  parseQuery,
  type Qualifier,
  qualifiers,
  removeTerm,
} from '../../src/viewer/find/query.ts';
import { hostileText } from '../support/generated-entries.ts';

const reader = { timeZone: 'Europe/Berlin', now: Date.parse('2026-11-28T09:00:00Z') };
const filter = (text: string) => filterOf(parseQuery(text), reader);
const kinds = (text: string) => parseQuery(text).problems.map(({ kind, qualifier }) => `${kind} ${qualifier}`);

/** What people type, and what nobody should. */
const typed = fc.oneof(
  hostileText(),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'severity:error',
          'rate',
          '"',
          '“a b”',
          '-',
          'foo:bar',
          'https://x.y',
          '*',
          '\\',
          ' ',
          '  ',
          '\t',
        ),
        fc.constantFrom(
          'actor:"',
          'event:',
          'after:7d',
          'before:2026-13-01',
          '-brand:x',
          'type:media',
          'عربي',
          '-"a b"',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join('')),
);
const text = fc.oneof(
  hostileText(1, 4),
  fc.constantFrom('a b', '"', '\\', '\\"', 'a\\ ', ':', 'x:y', '“', 'قهوة', '-x', 'severity:error', ' '),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);
const storable = text.filter((value) => /^[^\0\p{Cs}]{1,256}$/su.test(value) && value !== '');
const condition: fc.Arbitrary<[Qualifier, string]> = fc
  .oneof(
    fc.tuple(fc.constantFrom<Qualifier>('actor', 'user', 'brand', 'context'), storable),
    fc.tuple(
      fc.constant<Qualifier>('entity'),
      storable.map((id) => `publication/${id}`.slice(0, 250)),
    ),
    fc.tuple(fc.constant<Qualifier>('severity'), fc.constantFrom('error', 'WARNING', 'Info', 'warn')),
    fc.tuple(fc.constant<Qualifier>('type'), fc.constantFrom('social_account', 'Social Account', 'media')),
    fc.tuple(fc.constant<Qualifier>('event'), fc.constantFrom('publication.*', 'publication.failed')),
    fc.tuple(
      fc.constantFrom<Qualifier>('after', 'before'),
      fc.constantFrom('2026-11-01', '7d', 'today', '2026-11-01T10:15Z'),
    ),
  )
  .filter(([, value]) => !/[\uD800-\uDFFF]/u.test(value));

describe('the language of the search box', () => {
  it('reads conditions, words, and both together', () => {
    expect(
      filter(
        'event:publication.* actor:"Instagram Worker" severity:error before:2026-11-01 rate "too many" -retry lim*',
      ),
    ).toEqual({
      eventKeys: ['publication.*'],
      actorLabels: ['Instagram Worker'],
      severities: ['ERROR'],
      to: '2026-10-31T23:00:00.000Z',
      search: 'rate "too many" -retry lim*',
    });
    expect(filter('user:user_1 actortype:worker brand:nike context:publication_worker visibility:client')).toEqual({
      actorUserIds: ['user_1'],
      actorTypes: ['WORKER'],
      brandIds: ['nike'],
      contexts: ['publication_worker'],
      visibilities: ['CLIENT'],
    });
    expect(filter('SEVERITY:Error severity:warn')).toEqual({ severities: ['WARNING', 'ERROR'] });
    expect(filter('brand:“Zwei Worte” brand:b brand:b')).toEqual({ brandIds: ['Zwei Worte', 'b'] });
    expect(filter('  ')).toEqual({});
    expect(filter('https://example.org/a 12:30')).toEqual({ search: 'https://example.org/a 12:30' });
  });

  it('reads entities, of which both conditions hold where there are both', () => {
    expect(filter('entity:publication/pub_2041 entity:"media/a b"')).toEqual({
      entities: [
        { type: 'PUBLICATION', id: 'pub_2041' },
        { type: 'MEDIA', id: 'a b' },
      ],
    });
    expect(filter('type:social_account type:"social account" type:brand')).toEqual({
      entities: [{ type: 'BRAND' }, { type: 'SOCIAL_ACCOUNT' }],
    });
    expect(filter('type:media entity:publication/1 entity:media/2/3')).toEqual({
      entities: [{ type: 'MEDIA', id: '2/3' }],
    });
    expect(filter('type:media entity:publication/1')).toEqual({ entities: [] });
  });

  it('reads moments by the clocks of whoever reads', () => {
    const from = (value: string) => filter(`after:${value}`).from;
    expect(from('2026-07-01')).toBe('2026-06-30T22:00:00.000Z');
    expect(from('2026-11-01T10:15')).toBe('2026-11-01T09:15:00.000Z');
    expect(from('2026-11-01T10:15:30.250z')).toBe('2026-11-01T10:15:30.250Z');
    expect(from('2026-11-01T10:15-03:00')).toBe('2026-11-01T13:15:00.000Z');
    expect(from('today')).toBe('2026-11-27T23:00:00.000Z');
    expect(from('yesterday')).toBe('2026-11-26T23:00:00.000Z');
    expect(from('7d')).toBe('2026-11-21T09:00:00.000Z');
    expect(from('30m')).toBe('2026-11-28T08:30:00.000Z');
    expect(from('24H')).toBe('2026-11-27T09:00:00.000Z');
    expect(from('2w')).toBe('2026-11-14T09:00:00.000Z');
    // Put forward over it, and shown twice.
    expect(from('2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(from('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(filter('after:2026-11-01Z after:7d after:2026-11-02').from).toBe('2026-11-21T09:00:00.000Z');
    for (const wrong of ['2026-02-30', '2026-13-01', '24:00', '2026-11-01T24:00', '2026-11-01T10:15+99:00', 'tomorrow'])
      expect(kinds(`after:${wrong}`)).toEqual(['value after']);
  });

  it('reads any moment as the clocks of any time zone show it', () => {
    const zones = ['America/St_Johns', 'Asia/Kathmandu', 'Europe/Lisbon', 'Pacific/Apia', 'America/Sao_Paulo', 'UTC'];
    const instants = fc.date({ min: new Date('1971-01-01Z'), max: new Date('2099-01-01Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (date, zone) => {
        const shown = DateTime.fromJSDate(date, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS");
        const { from } = filterOf(parseQuery(`after:${shown}`), { timeZone: zone });
        expect(DateTime.fromISO(from ?? '', { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS")).toBe(shown);
        expect(Date.parse(from ?? '')).toBeLessThanOrEqual(date.getTime());
      }),
    );
  });

  it('tells what is wrong, and the rest holds', () => {
    expect(parseQuery('rate colour:"dark blue" severity:error')).toEqual({
      terms: [
        { qualifier: 'search', value: 'rate', start: 0, end: 4 },
        { qualifier: 'severity', value: 'error', start: 24, end: 38 },
      ],
      problems: [{ kind: 'unknown', qualifier: 'colour', value: 'dark blue', start: 5, end: 23 }],
    });
    expect(
      kinds('severity: severity:loud -severity:error entity:publication entity:publication/ event:pub* type:x'),
    ).toEqual([
      'missing severity',
      'value severity',
      'excluded severity',
      'value entity',
      'value entity',
      'value event',
      'value type',
    ]);
    expect(kinds(`brand:${'x'.repeat(257)} brand:a\0b c\ud800`)).toEqual([
      'long brand',
      'unreadable brand',
      'unreadable search',
    ]);
    expect(kinds(Array.from({ length: 102 }, (_, n) => `brand:${n}`).join(' '))).toEqual(['many brand', 'many brand']);
    // A word that is left out may have a colon; it is not for this language to know.
    expect(filter('-foo:bar')).toEqual({ search: '-foo:bar' });
  });

  it('reads what it writes, whatever the value', () => {
    fc.assert(
      fc.property(fc.constantFrom<Qualifier>('actor', 'user', 'brand', 'context'), storable, (qualifier, value) => {
        const written = formatTerm(qualifier, value);
        expect(parseQuery(written)).toEqual({
          terms: [{ qualifier, value, start: 0, end: written.length }],
          problems: [],
        });
      }),
    );
  });

  it('adds a condition to any text and leaves the rest of it as it is; removing undoes it', () => {
    fc.assert(
      fc.property(typed, condition, (before, [qualifier, value]) => {
        const added = addTerm(before, qualifier, value);
        expect(hasTerm(added, qualifier, value)).toBe(true);
        expect(addTerm(added, qualifier, value)).toBe(added);
        const isSingle = qualifier === 'after' || qualifier === 'before';
        const was = parseQuery(before);
        const is = parseQuery(added);
        const kept = was.terms.filter(
          (term) => !isSingle || term.qualifier !== qualifier || hasTerm(before, qualifier, value),
        );
        if (!hasTerm(before, qualifier, value)) {
          expect(is.terms.slice(0, -1).map((term) => [term.qualifier, term.value.replace(/["“”„«»]/g, '')])).toEqual(
            kept.map((term) => [term.qualifier, term.value.replace(/["“”„«»]/g, '')]),
          );
          expect(is.problems.map(({ kind }) => kind)).toEqual(was.problems.map(({ kind }) => kind));
          expect(filter(removeTerm(added, qualifier, value)).search).toBe(filter(added).search);
          if (!isSingle) {
            const removed = filter(removeTerm(added, qualifier, value));
            const { search: _, ...conditions } = removed;
            const { search: __, ...expected } = filter(before);
            expect(conditions).toEqual(expected);
          }
        }
        expect(hasTerm(removeTerm(added, qualifier, value), qualifier, value)).toBe(false);
        expect(hasTerm(removeTerm(added, qualifier), qualifier, value)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the very text back that a condition was added to', () => {
    expect(removeTerm(addTerm('rate "too many"', 'brand', 'nike'), 'brand', 'nike')).toBe('rate "too many"');
    expect(addTerm('after:7d rate', 'after', 'today')).toBe('rate after:today');
    expect(addTerm('actor:"Inst', 'brand', 'a b')).toBe('actor:"Inst" brand:"a b"');
    // A backslash at the end does not take the quote that closes for one of the value.
    expect(parseQuery(addTerm('actor:"C:\\', 'brand', 'a')).terms.map(({ value }) => value)).toEqual(['C:\\', 'a']);
    expect(removeTerm('a  severity:error   b', 'severity')).toBe('a b');
    expect(removeTerm('brand:a rate brand:b limit', 'search', 'rate')).toBe('brand:a brand:b limit');
  });

  it('hands the words to the service as its search reads them', () => {
    fc.assert(
      fc.property(typed, (value) => {
        const { terms, problems } = parseQuery(value);
        fc.pre(problems.length === 0 && terms.every(({ qualifier }) => qualifier === 'search') && value.length < 500);
        const count = (of: string) => {
          try {
            return parseSearch(of);
          } catch (error) {
            return String(error);
          }
        };
        expect(count(filter(value).search ?? '')).toEqual(count(value));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, tells where its parts stand, and asks only what the service takes', () => {
    fc.assert(
      fc.property(typed, (value) => {
        const query = parseQuery(value);
        let last = 0;
        for (const { start, end } of [...query.terms, ...query.problems].sort((a, b) => a.start - b.start)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(value.length);
        for (const { qualifier } of query.terms) expect([...qualifiers, 'search']).toContain(qualifier);
        const { from, to, search, ...rest }: ActivityFilter = filter(value);
        checkFilter({ ...rest, ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) }, {
          internals: true,
        } as Parameters<typeof checkFilter>[1]);
        for (const moment of [from, to]) if (moment) expect(new Date(moment).toISOString()).toBe(moment);
        if (search != null) expect(search.trim()).not.toBe('');
        for (const one of rest.severities ?? []) expect(enumerations.severity).toContain(one);
      }),
      { numRuns: 500 },
    );
  });

  it('knows what means the same', () => {
    expect(meaningOf(parseQuery(' severity:ERROR  rate'))).toBe(
      meaningOf(parseQuery('severity:error rate severity:error')),
    );
    expect(meaningOf(parseQuery('rate limit'))).not.toBe(meaningOf(parseQuery('limit rate')));
  });
});
