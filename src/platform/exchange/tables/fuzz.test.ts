/** Damaged and random tables: records or a coded error, and never more memory or time than the file is worth. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import { readTable } from '../testing-tables.node.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const ROWS = 3;

/** A whole file of each kind. */
const TEXTS: Readonly<Record<string, string>> = {
  'a.csv': '\ufeffurl;caption;"wi""dth"\r\na;"b ""c""\nd";640\r\ne;f;g\r\n',
  'b.tsv': 'url\tcaption\nthe 6" "nail"\té\n"a"\tb\n',
  'c.jsonl': '{"url": "a", "width": NaN}\n\n{"url": "b", "caption": ["c", {"text": "\\u00e9"}]}\n',
  'd.json': '[{"url": "a", "caption": {"en": "b"}},\n {"url": "[\\"]", "height": 1e3}, {}]',
  'e.txt': 'a\r\nb\n\nc',
};
const PARQUET = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.parquet'),
);

interface Change {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly kind: 'put' | 'cut' | 'insert';
}

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.constant(new Uint8Array(5).fill(255))),
  kind: fc.constantFrom('put', 'put', 'put', 'cut', 'insert'),
});

function changed(content: Uint8Array, changes: readonly Change[]): Uint8Array {
  let bytes = content;
  for (const { at, bytes: own, kind } of changes) {
    const start = Math.floor(at * bytes.length);
    const end = kind === 'insert' ? start : start + own.length;
    bytes = Buffer.concat([bytes.subarray(0, start), kind === 'cut' ? new Uint8Array() : own, bytes.subarray(end)]);
  }
  return bytes;
}

/** Nothing but records, which are pictures, or a coded error with a message of one readable size. */
async function survives(name: string, content: Uint8Array): Promise<void> {
  try {
    const { pictures } = await readTable(name, content, ROWS);
    for (const { name: given = 'none', width } of pictures) {
      expect(given.trim()).not.toBe('');
      expect(Number.isSafeInteger(width)).toBe(true);
    }
  } catch (error) {
    if (!(error instanceof AfterimageError)) throw error;
    expect(error.code).toBe('metadata-invalid');
    expect(error.message.length).toBeLessThan(600);
  }
}

test.each(Object.keys(TEXTS))('a damaged %s', async (name) => {
  const whole = Buffer.from(TEXTS[name] ?? '');
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 4 }), (changes) => survives(name, changed(whole, changes))),
    { numRuns: 200 },
  );
});

test.each(PARQUET)('a damaged %s', async (name) => {
  const whole = readFileSync(new URL(name, FIXTURES));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 3 }), (changes) => survives('a.parquet', changed(whole, changes))),
    { numRuns: 150 },
  );
});

test('Parquet with any one byte changed', async () => {
  const whole = readFileSync(new URL('pages-2.parquet', FIXTURES));
  for (const at of whole.keys()) {
    for (const byte of [0, 0x80, 0xff]) {
      await survives('a.parquet', Buffer.from(whole.map((old, i) => (i === at ? byte : old))));
    }
  }
});

test('a damaged column beside one that the schema does not have', async () => {
  const bytes = readFileSync(new URL('nested/list-of-structs.parquet', FIXTURES));
  bytes.fill(0xff, 4, 40);
  bytes.write('Element', bytes.indexOf('element', bytes.indexOf('schema')));
  await expect(readTable('a.parquet', bytes)).rejects.toMatchObject({ code: 'metadata-invalid' });
  await new Promise(setImmediate); // what nobody awaits has failed by now
});

test.each([...Object.keys(TEXTS), 'f.parquet'])('random bytes as %s', async (name) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string().map((text) => Buffer.from(text)),
  );
  const ends = name === 'f.parquet' ? Buffer.from('PAR1') : Buffer.alloc(0);
  await fc.assert(
    fc.asyncProperty(bytes, (content) => survives(name, Buffer.concat([ends, content, ends]))),
    { numRuns: 200 },
  );
});

test('a run of a thousand million levels', async () => {
  const whole = readFileSync(new URL('none.parquet', FIXTURES));
  // The length of the levels, a run of three, and its value.
  const at = whole.indexOf(Uint8Array.from([2, 0, 0, 0, 6, 1]));
  expect(at).toBeGreaterThan(0);
  for (const run of [
    [0xfe, 0xff, 0xff, 0xff, 0x0f, 1],
    [0xff, 0xff, 0xff, 0xff, 0x0f, 1],
  ]) {
    await survives(
      'a.parquet',
      Buffer.concat([whole.subarray(0, at + 4), Uint8Array.from(run), whole.subarray(at + 10)]),
    );
  }
});

test.each([
  ['32 bits', 0x15],
  ['64 bits', 0x16],
])('a number of %s that has no end', async (_what, type) => {
  const length = 2_000_000;
  const footer = Buffer.alloc(length, 0xff);
  footer[0] = type;
  const end = Buffer.alloc(8, 'PAR1');
  end.writeUInt32LE(length);
  end.write('PAR1', 4);
  await expect(readTable('a.parquet', Buffer.concat([Buffer.from('PAR1'), footer, end]))).rejects.toThrow(/too long/);
});
