import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecordReader } from './record-reader.ts';
import { mergeReports } from './table-report.ts';

function read(...records: readonly Record<string, unknown>[]) {
  const reader = createRecordReader('a.csv');
  const pictures = records.map((record) => reader.read(record));
  return { pictures, titles: pictures.map(({ title }) => title), report: reader.report(), none: reader.knowsNone() };
}

test.each(['url', 'URL', 'Image Path', 'image-path', 'imagePath', ' file_name ', '\ufeffFileName', 'img'])(
  'the column “%s” gives names',
  (column) => {
    expect(read({ [column]: 'a.jpg' }).pictures[0]?.name).toBe('a.jpg');
  },
);

test('of several columns the first that says something is taken, wherever it stands', () => {
  const { pictures } = read({ key: 7, caption: '', text: 'b', path: 'p', url: 'u' }, { key: 7, path: 'p', url: null });
  expect(pictures.map(({ name, title }) => [name, title])).toEqual([
    ['u', 'b'],
    ['p', undefined],
  ]);
});

test.each<[string, unknown, string | undefined]>([
  ['a list', ['caption 0', 'second'], 'caption 0'],
  ['a list of one', ['caption 0'], 'caption 0'],
  ['an empty list', [], undefined],
  ['a list that begins with nothing', [null, '', 'caption 0'], 'caption 0'],
  ['an object of one text', { en: 'caption 0' }, 'caption 0'],
  ['an object with a text', { score: 0.5, text: 'caption 0' }, 'caption 0'],
  ['an object of languages', { de: 'Titel 0', en: 'caption 0' }, 'caption 0'],
  ['a list of objects', [{ text: 'caption 0', lang: 'en' }], 'caption 0'],
  ['JSON of a list', '["caption 0", "second"]', 'caption 0'],
  ['JSON of an object', ' {"en": "caption 0"} ', 'caption 0'],
  ['JSON of an empty list', '[]', undefined],
  ['brackets that are text', '[photo]', '[photo]'],
  ['numbers in brackets', '[1]', '[1]'],
  ['NaN', Number.NaN, undefined],
  ['blanks', '  ', undefined],
  ['a number', 12, '12'],
])('a caption that is %s', (_what, caption, title) => {
  expect(read({ caption }).titles).toEqual([title]);
});

test('nested, empty and senseless columns are reported, with an example', () => {
  const { report } = read(
    { url: 'a', caption: ['x'], width: 'wide', licence: '', similarity: 0.3 },
    { url: '', caption: true, width: 640, licence: null, similarity: 0.2 },
  );
  expect(report).toEqual({
    rows: 2,
    used: ['url', 'caption', 'width'],
    unknown: ['similarity'],
    problems: [
      { column: 'caption', problem: 'nested', rows: 1 },
      { column: 'caption', problem: 'not-understood', rows: 1, expected: 'text', example: 'true' },
      { column: 'width', problem: 'not-understood', rows: 1, expected: 'whole numbers above 0', example: 'wide' },
      { column: 'licence', problem: 'empty', rows: 2 },
    ],
    unnamed: 1,
    notes: [],
  });
});

test('sizes that are not known are no problem', () => {
  const { pictures, report } = read({ url: 'a', width: 0, height: 'nan', bytes: Number.NaN, date: null });
  expect(pictures).toEqual([{ name: 'a', width: 0, height: 0, bytes: 0, date: null }]);
  expect(report.problems.filter(({ problem }) => problem === 'not-understood')).toEqual([]);
});

test('a table without any known column is noticed; one without columns is not', () => {
  expect(read({ foo: 1 }, { bar: 2 }).none).toBe(true);
  expect(read({ foo: 1 }, { url: '' }).none).toBe(false);
  expect(read({}).none).toBe(false);
});

test('reports of several tables are one', () => {
  const [a, b] = [read({ url: 'a', width: 'x' }).report, read({ url: 'b', width: 'y', foo: 1 }, { url: '' }).report];
  expect(mergeReports([])).toBeNull();
  expect(mergeReports([a, b])).toMatchObject({
    ...{ rows: 3, used: ['url'], unknown: ['foo'], unnamed: 1 },
    problems: [{ column: 'width', problem: 'not-understood', rows: 2, example: 'x' }],
  });
});

test('any record gives a picture whose members are of their kinds, and accounts do not grow without bound', () => {
  const value = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true });
  const column = fc.constantFrom(
    'url',
    'caption',
    'title',
    'width',
    'bytes',
    'id',
    'sha256',
    'licence',
    'foo',
    '__proto__',
  );
  const reader = createRecordReader('a.csv');
  fc.assert(
    fc.property(fc.dictionary(column, value), (record) => {
      const { id, name, title, width, bytes } = reader.read(record);
      for (const text of [id, name, title]) expect(['string', 'undefined']).toContain(typeof text);
      expect(name).not.toBe('');
      expect(title?.length ?? 0).toBeLessThanOrEqual(10_000);
      expect(id ?? '0'.repeat(16)).toMatch(/^[0-9a-f]{16}$/);
      for (const count of [width, bytes]) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
    }),
  );
  for (let i = 0; i < 5000; i++) reader.read({ [`column ${i}`]: 1 });
  expect(reader.report().unknown.length).toBeLessThanOrEqual(1000);
});

test('what is nested deeply is left out', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}"x"${']'.repeat(5000)}`);
  const { titles, report } = read({ caption: deep });
  expect(titles).toEqual([undefined]);
  expect(report.problems).toEqual([
    { column: 'caption', problem: 'not-understood', rows: 1, expected: 'text', example: 'a list' },
  ]);
});
