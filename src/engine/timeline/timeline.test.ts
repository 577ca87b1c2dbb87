import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../numeric/testing-vectors.ts';
import { type DateOrder, shownTime, timelineOf as timelineAt, yearsOf } from './timeline.ts';

/** For somebody in Greenwich. */
const timelineOf = (dates: readonly (string | null)[], first: DateOrder) => timelineAt(dates, first, () => 0);

const DATES = [
  '2024-01-01T00:30:00+02:00',
  null,
  '2023-12-31T23:59:59',
  '2024-01-15T12:00:00Z',
  '2023-12-31T23:59:59.5-08:00',
  '2022-07-01T00:00:00',
];

describe('pictures by date', () => {
  test('newest first: as clocks showed it, without a date last', () => {
    const { order, months } = timelineOf(DATES, 'newest');
    expect([...order]).toEqual([3, 0, 4, 2, 5, 1]);
    expect(months).toEqual([
      { month: '2024-01', from: 0, count: 2 },
      { month: '2023-12', from: 2, count: 2 },
      { month: '2022-07', from: 4, count: 1 },
      { month: null, from: 5, count: 1 },
    ]);
    expect(yearsOf(months)).toEqual([
      { year: '2024', from: 0, count: 2 },
      { year: '2023', from: 2, count: 2 },
      { year: '2022', from: 4, count: 1 },
    ]);
  });

  test('oldest first: the same turned round, without a date last all the same', () => {
    expect([...timelineOf(DATES, 'oldest').order]).toEqual([5, 2, 4, 0, 3, 1]);
  });

  test('the same moment keeps the order that was given, from both ends', () => {
    const same = ['2020-01-01T00:00:00', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00+05:00', null, null];
    expect([...timelineOf(same, 'newest').order]).toEqual([0, 1, 2, 3, 4]);
    expect([...timelineOf(same, 'oldest').order]).toEqual([0, 1, 2, 3, 4]);
  });

  test('years with a sign', () => {
    const { months } = timelineOf(
      ['+012024-05-01T00:00:00', '-000044-03-15T12:00:00Z', '0900-12-24T10:00:00'],
      'oldest',
    );
    expect(months.map(({ month }) => month)).toEqual(['-000044-03', '0900-12', '+012024-05']);
    expect(yearsOf(months).map(({ year }) => year)).toEqual(['-000044', '0900', '+012024']);
  });

  test('what is in UTC is read by the clock of whoever looks, as its date is shown', () => {
    const utc = ['2024-01-01T00:30:00Z', '2024-01-01T00:10:00+01:00', '2023-12-31T20:00:00'];
    const inNewYork = timelineAt(utc, 'newest', () => 300);
    expect([...inNewYork.order]).toEqual([1, 2, 0]);
    expect(inNewYork.months.map(({ month, count }) => [month, count])).toEqual([
      ['2024-01', 1],
      ['2023-12', 2],
    ]);
    expect(shownTime('2024-07-01T12:00:00Z', () => -120)).toBe(Date.parse('2024-07-01T14:00:00Z'));
  });

  test('nothing has no months', () => {
    expect(timelineOf([], 'newest')).toEqual({ order: new Uint32Array(0), months: [] });
  });
});

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
const zone = fc.constantFrom('', 'Z', '+05:30', '-11:00');
const date = fc
  .tuple(fc.integer({ min: 1900, max: 2100 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), zone)
  .map(([year, month, day, at]) => `${year}-${pad(month, 2)}-${pad(day, 2)}T12:00:00${at}`);

test('all pictures once, months together and in order, both ways', () => {
  fc.assert(
    fc.property(fc.array(fc.option(date)), fc.constantFrom('newest' as const, 'oldest' as const), (dates, first) => {
      const { order, months } = timelineOf(dates, first);
      expect([...order].sort((a, b) => a - b)).toEqual([...dates.keys()]);
      expect(months.reduce((sum, { count }) => sum + count, 0)).toBe(dates.length);
      const named = months.map(({ month }) => month);
      expect(new Set(named).size).toBe(named.length);
      const sorted = named.filter((month) => month !== null).toSorted();
      const wanted = first === 'newest' ? sorted.toReversed() : sorted;
      expect(named).toEqual(named.includes(null) ? [...wanted, null] : wanted);
      const times = Array.from(order, (i) => dates[i]).flatMap((one) => (one ? [shownTime(one, () => 0)] : []));
      expect(times).toEqual(times.toSorted((a, b) => (first === 'newest' ? b - a : a - b)));
    }),
  );
});

test('100,000 pictures of one second each are in order, those of the same second as they were given', () => {
  const random = seededRandom(7);
  const dates = Array.from({ length: 100_000 }, () =>
    random() < 0.1 ? null : new Date(Math.floor(random() * 3e4) * 1000 + 1.7e12).toISOString(),
  );
  const { order, months } = timelineOf(dates, 'newest');
  for (let place = 1; place < order.length; place++) {
    const [before, at] = [order[place - 1] as number, order[place] as number];
    const [a, b] = [dates[before] ?? '', dates[at] ?? ''];
    expect(a > b || (a === b && before < at)).toBe(true);
  }
  expect(months.at(-1)?.month).toBeNull();
});
