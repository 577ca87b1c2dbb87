import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Check, checked, isoDate } from '../check.ts';
import { readOffset, toSecond } from './date.ts';
import { readDate } from './read-date.ts';
import { readMoment, readTableDate } from './table-date.ts';

const LOCAL = '2011-11-11T11:11:11';

describe('spellings', () => {
  test.each([
    ...['2011:11:11 11:11:11', '2011-11-11 11:11:11', '2011-11-11T11:11:11', '2011/11/11 11:11:11'],
    ...['2011.11.11 11:11:11', '2011-11-11t11:11:11', '  2011:11:11  11:11:11\0\0', '20111111T111111'],
    ...['20111111111111', '20111111 111111', '11 Nov 2011 11:11:11', '11-Nov-2011 11:11:11'],
    ...['Fri Nov 11 11:11:11 2011', 'November 11, 2011 11:11:11', '2011-11-11 11:11:11 AM', '2011-11-11 11:11:11 CET'],
    ...['2011-11-11 11:11:11+25:00', '2011-11-11 11:11:11 +05:75', '2011-11-11 11:11:11-99'],
  ])('%j is a time without a zone', (text) => expect(readDate(text)).toBe(LOCAL));

  test.each([
    ['2011-11-11T11:11:11Z', `${LOCAL}Z`],
    ['2011-11-11 11:11:11 UTC', `${LOCAL}Z`],
    ['2011-11-11 11:11:11z', `${LOCAL}Z`],
    ['2011:11:11 11:11:11+05:30', `${LOCAL}+05:30`],
    ['2011-11-11 11:11:11 +0530', `${LOCAL}+05:30`],
    ['2011-11-11 11:11:11+5:30', `${LOCAL}+05:30`],
    ['2011-11-11 11:11:11\u221205', `${LOCAL}-05:00`],
    ['2011-11-11 11:11:11-00:00', `${LOCAL}-00:00`],
    ['2011-11-11T11:11:11+01:00[Europe/Paris]', `${LOCAL}+01:00`],
    ['Fri, 11 Nov 2011 11:11:11 GMT', `${LOCAL}Z`],
    ['Fri, 11 Nov 2011 11:11:11 +0900', `${LOCAL}+09:00`],
    ['Fri Nov 11 2011 11:11:11 GMT+0900 (Japan Standard Time)', `${LOCAL}+09:00`],
    ['Fri Nov 11 11:11:11 UTC 2011', `${LOCAL}Z`],
    ['20111111T111111+0100', `${LOCAL}+01:00`],
    ['2011:11:11 11:11:11.25', `${LOCAL}.25`],
    ['2011-11-11 11:11:11,123456789123Z', `${LOCAL}.123456789Z`],
    ['2011-11-11 11:11:11 pm', '2011-11-11T23:11:11'],
    ['2011-11-11 12:01 AM', '2011-11-11T00:01:00'],
    ['2011-11-11T11:11Z', '2011-11-11T11:11:00Z'],
    ['2011:11:11 11:11', '2011-11-11T11:11:00'],
    ['2011: 1: 5  9: 5: 3', '2011-01-05T09:05:03'],
    ['2011:11:11', '2011-11-11T00:00:00'],
    ['2011:11:11   :  :  ', '2011-11-11T00:00:00'],
    ['2011-11', '2011-11-01T00:00:00'],
    ['2011', '2011-01-01T00:00:00'],
    ['1865:04:10 12:00:00', '1865-04-10T12:00:00'],
    ['1839-01-09', '1839-01-09T00:00:00'],
    ['1899-12-31T23:59:59', '1899-12-31T23:59:59'],
    ['2112-02-29 00:00:00', '2112-02-29T00:00:00'],
    ['2000-02-29', '2000-02-29T00:00:00'],
  ])('%j is %s', (text, date) => expect(readDate(text)).toBe(date));

  test.each([
    ...['', ' ', '\0', '    :  :     :  :  ', '0000:00:00 00:00:00', '0001:01:01 00:00:00', '0999-12-31'],
    ...['2011:02:30 25:61:00', '2011:02:29', '2100-02-29', '2011-04-31', '2011:00:11 11:11:11', '2011-13-01'],
    ...['2011-11-00', '2011:11:11 24:11:11', '2011-11-11 24:00:00', '2016-12-31T23:59:60Z', '2011-11-11 11:60'],
    ...['2011-11-11 13:00 PM', '2011-11-11 0:30 am', '11/12/2011', '11.12.2011', '12-11-11', '2011-11/11', '2011.11'],
    ...['yesterday', '2011-11-11 11:11:11 or so', '2011-11-11T11', '+012011-11-11', '-2011-11-11', '20111', '20111311'],
    ...[
      '31 Feb 2011',
      '11 Foo 2011',
      'Nov 2011',
      '1321009871',
      '2011-W45-5',
      '2011-315',
      `2011-11-11${' '.repeat(100)}`,
    ],
  ])('%j is no date', (text) => expect(readDate(text)).toBeUndefined());
});

test.each([
  ['+05:30', '+05:30'],
  ['+0530', '+05:30'],
  ['+5:30', '+05:30'],
  ['-03', '-03:00'],
  ['Z', 'Z'],
  ['GMT+9', '+09:00'],
  ['+14:00', '+14:00'],
  ['-15:56', '-15:56'],
  ['-00:00', '-00:00'],
  ['+16:00', ''],
  ['+25:00', ''],
  ['+05:60', ''],
  ['   :  ', ''],
  ['05:30', ''],
  ['+', ''],
])('the offset %j is %j', (text, offset) => expect(readOffset(text)).toBe(offset));

describe('tables', () => {
  test.each<[unknown, string | undefined]>([
    [1321009871, `${LOCAL}Z`],
    ['1321009871', `${LOCAL}Z`],
    [1321009871n, `${LOCAL}Z`],
    [1321009871.75, `${LOCAL}Z`],
    ['1321009871.0', `${LOCAL}Z`],
    [1321009871123, `${LOCAL}Z`],
    [1321009871123456, `${LOCAL}Z`],
    [1321009871123456789n, `${LOCAL}Z`],
    [-1321009871, '1928-02-21T12:48:49Z'],
    [-1321009871.5, '1928-02-21T12:48:48Z'],
    [20111111, '2011-11-11T00:00:00'],
    [20111111111111, LOCAL],
    [2011, '2011-01-01T00:00:00'],
    [new Date('2011-11-11T11:11:11.999Z'), `${LOCAL}Z`],
    ['2011-11-11 11:11:11', LOCAL],
    ['2011-11-11T11:11:11.5+05:30', `${LOCAL}.5+05:30`],
    [new Date(Number.NaN), undefined],
    [new Date('0001-01-01T00:00:00Z'), undefined],
    [0, undefined],
    [12345, undefined],
    [12345678901, undefined],
    [Number.NaN, undefined],
    [1e300, undefined],
    [true, undefined],
    [null, undefined],
    [{ year: 2011 }, undefined],
    [['2011-11-11'], undefined],
  ])('%s is %s', (value, date) => expect(readTableDate(value)).toBe(date));
});

describe('moments', () => {
  test.each<[number, string | undefined]>([
    [0, '1970-01-01T00:00:00Z'],
    [1580608922999.9, '2020-02-02T02:02:02Z'],
    [-1, '1969-12-31T23:59:59Z'],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [8.64e15, undefined],
    [-8.64e15, undefined],
    [1e20, undefined],
  ])('%d ms', (time, date) => expect(readMoment(time)).toBe(date));
});

describe('the time zone of the machine', () => {
  const before = process.env.TZ;
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  test.each([
    ['UTC', 0],
    ['Asia/Tokyo', -540],
    ['America/New_York', 300],
  ])('means nothing: %s', (zone, offset) => {
    process.env.TZ = zone;
    expect(new Date(2011, 10, 11).getTimezoneOffset()).toBe(offset);
    expect(readDate('2011-11-11 11:11:11')).toBe(LOCAL);
    expect(readDate('11 Nov 2011 11:11:11')).toBe(LOCAL);
    expect(readTableDate('2011-03-13T02:30:00')).toBe('2011-03-13T02:30:00'); // skipped in New York that night
    expect(readTableDate(1321009871)).toBe(`${LOCAL}Z`);
  });
});

describe('whatever is read', () => {
  const asItemsHaveIt = (date: string) =>
    checked(date, isoDate as Check<string>, (problem) => new Error(problem) as never);
  const expectDate = (date: string | undefined) => {
    if (date === undefined) return;
    expect(readDate(date)).toBe(date);
    expect(readTableDate(date)).toBe(date);
    expect(readDate(toSecond(date))).toBe(toSecond(date));
    expect(asItemsHaveIt(date)).toBe(date);
    // Nothing was carried over.
    expect(new Date(`${date.slice(0, 19)}Z`).toISOString().slice(0, 19)).toBe(date.slice(0, 19));
  };
  const part = fc.constantFrom(
    ...['2011', '1865', '0000', '11', '02', '30', '31', '00', '9', '24', '60', '.5', '-', ':', '/', ' ', 'T', 'Z', '+'],
    ...['+05:30', '-0000', 'Nov', 'Fri,', 'PM', '\0', '\u2212', '1321009871'],
  );

  test('is a date that is read as itself again, or none: random text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => expectDate(readDate(text))));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        expectDate(readDate(parts.join('')));
        expectDate(readTableDate(parts.join('')));
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.anything(), (value) => expectDate(readTableDate(value))));
    fc.assert(fc.property(fc.double(), (value) => expectDate(readTableDate(value))));
    fc.assert(fc.property(fc.double(), (value) => expectDate(readMoment(value))));
  });

  test('and so with a character changed, put in or taken out', () => {
    const spellings = [
      '2011:11:11 11:11:11',
      '2011-11-11T11:11:11.25+05:30',
      'Fri, 11 Nov 2011 11:11:11 +0000',
      '20111111T111111Z',
    ];
    const changed = fc
      .tuple(fc.constantFrom(...spellings), fc.nat(40), fc.nat(2), fc.constantFrom(...'0123456789:-/+ TZ.,AP\0é'))
      .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
    fc.assert(
      fc.property(changed, (text) => expectDate(readDate(text))),
      { numRuns: 5000 },
    );
  });

  test('and every real time is read as it is written', () => {
    const dates = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const zones = fc.constantFrom('', 'Z', '+05:30', '-15:59', '+14:00', '-00:00');
    fc.assert(
      fc.property(dates, zones, fc.constantFrom('', '.5', '.000'), (date, zone, fraction) => {
        const text = date.toISOString().slice(0, 19);
        expect(readDate(text + fraction + zone)).toBe(text + fraction + zone);
        expect(readDate(text.replace('-', ':').replace('-', ':').replace('T', ' ') + zone)).toBe(text + zone);
        expect(readDate(text.replaceAll(/[-:]/g, '') + zone)).toBe(text + zone);
        expect(readMoment(Date.parse(`${text}Z`))).toBe(`${text}Z`);
      }),
    );
  });
});
