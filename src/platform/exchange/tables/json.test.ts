import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../testing-tables.node.ts';

const NAMES = ['0.jpg', '1.jpg', '2.jpg'];
const records = NAMES.map((url) => ({ url, caption: `the "${url}", [{x}]` }));

test.each([
  ['JSON Lines', 'a.jsonl', records.map((record) => JSON.stringify(record)).join('\n')],
  [
    'blank lines between and below',
    'a.ndjson',
    `\n${records.map((record) => `${JSON.stringify(record)}\n\n`).join('')} \n`,
  ],
  ['carriage returns', 'a.jsonl', records.map((record) => `${JSON.stringify(record)}\r`).join('')],
  ['a list', 'a.json', JSON.stringify(records)],
  ['an indented list', 'a.json', JSON.stringify(records, null, 2)],
  ['a list in a .jsonl', 'a.jsonl', `\ufeff \n${JSON.stringify(records)}\n\n`],
  ['lines in a .json', 'a.json', records.map((record) => `${JSON.stringify(record)}\n`).join('')],
])('%s', async (_what, name, content) => {
  const { names, titles } = await readTable(name, content);
  expect(names).toEqual(NAMES);
  expect(titles).toEqual(records.map(({ caption }) => caption));
});

test('NaN and Infinity are no values, and text in text', async () => {
  const line =
    '{"url": "NaN \\" -Infinity", "caption": NaN, "width": Infinity, "height": -Infinity, "x": [NaN, {"y": NaN}]}';
  for (const [name, content] of [
    ['a.jsonl', `${line}\n${line}\n`],
    ['a.json', `[${line},${line}]`],
  ] as const) {
    const { pictures, report } = await readTable(name, content, 2);
    const picture = { name: 'NaN " -Infinity', width: 0, height: 0, bytes: 0, date: null };
    expect(pictures).toEqual([picture, picture]);
    expect(report.problems.map(({ column, problem }) => [column, problem])).toEqual([
      ['caption', 'empty'],
      ['width', 'empty'],
      ['height', 'empty'],
    ]);
  }
});

test.each([
  ['half a line', 'a.jsonl', '{"url": 1}\n{"url": \n', /line 2 is not JSON; write one object a line, or a list/],
  ['a list in a line', 'a.jsonl', '{"url": 1}\n[]\n', /line 2 is not an object/],
  ['an object over several lines', 'a.json', '{\n"url": ["a", "b"]\n}', /line 1 is not JSON; write one object a line/],
  ['a list of lists', 'a.json', '[\n[1]]', /record 1 \(line 2\) is not an object/],
  ['a list with half an object', 'a.json', '[{"url": 1},\n{"url": }]', /record 2 \(line 2\) is not JSON/],
  ['a comma too many', 'a.json', '[{"url": 1},\n]', /record 2 .* is not JSON/],
  ['a list without an end', 'a.json', '[{"url": 1},\n{"url": 2}', /has no end/],
  ['a text without an end', 'a.json', '[{"url": "1},\n{"url": 2}]', /is not JSON|has no end/],
  ['more behind a list', 'a.json', '[]\n{}', /more behind the list's end in line 2/],
])('%s is refused', async (_what, name, content, message) => {
  await expect(readTable(name, content)).rejects.toMatchObject({
    ...{ code: 'metadata-invalid', message: expect.stringMatching(message) },
  });
});

test('an empty list has no records', async () => {
  expect((await readTable('a.json', ' [ \n ] ')).names).toEqual([]);
});

test('what JSON can say in a list is read, however it is indented', async () => {
  const record = fc.dictionary(fc.string(), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 6 }), fc.nat({ max: 3 }), async (list, indent) => {
      const named = list.map((one, i) => ({ ...one, url: `${i}.jpg` }));
      const { names } = await readTable('a.json', JSON.stringify(named, null, indent));
      expect(names).toEqual(named.map(({ url }) => url));
    }),
    { numRuns: 100 },
  );
});

test('a long line of marks that is not JSON takes time in proportion to its length', async () => {
  await expect(readTable('a.jsonl', `{"url": ${'\\"'.repeat(1 << 20)}`)).rejects.toMatchObject({
    code: 'metadata-invalid',
  });
});
