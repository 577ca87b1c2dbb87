import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textQuery } from '../../engine/query/query.ts';
import { serialise } from '../../engine/query/serialise.ts';
import { LIMITS, type LoggedSearch } from '../schema.ts';
import { asks, collect, exportOf, loggedSearch } from '../testing-records.ts';
import { headerLine, MAX_FILE_BYTES, MAX_LINE_BYTES, parseLog, searchLine, toFiles } from './jsonl.ts';

const text = (maxLength: number, minLength = 1) => fc.string({ unit: 'binary', minLength, maxLength });
const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-01-01') })
  .map((date) => date.toISOString());
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const duration = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 });
const hex = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 })
  .map((all) => all.join(''));

const searches: fc.Arbitrary<LoggedSearch> = fc.record({
  id: hex,
  time,
  changed: time,
  query: text(500).map((words) => serialise(textQuery(words))),
  text: text(LIMITS.text),
  model: text(LIMITS.name),
  collection: text(LIMITS.name),
  total: fc.nat().map((total) => total + 50),
  good: fc.nat(50),
  results: fc.array(
    fc.record({
      id: text(LIMITS.name),
      name: text(LIMITS.itemName),
      title: fc.option(text(LIMITS.itemTitle, 0)),
      score: finite,
    }),
    { maxLength: LIMITS.results },
  ),
  device: fc.constantFrom('webgpu', 'wasm', 'cpu'),
  engine: fc.constantFrom('hnsw', 'exact'),
  encodeMs: duration,
  searchMs: duration,
  rating: fc.option(fc.integer({ min: 1, max: 10 })),
  judgements: fc.dictionary(text(LIMITS.name), fc.constantFrom('up', 'down'), { noNullPrototype: true }),
});

const parse = (file: string) => parseLog(new Blob([file]));

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** A record as large as its limits allow, of characters that JSON makes longest. */
function largest(): LoggedSearch {
  const long = (length: number) => '\u0001'.repeat(length);
  const id = (i: number) => `${i}`.padEnd(LIMITS.name, '\u0001');
  return loggedSearch(1, {
    query: '1_w.'.padEnd(LIMITS.query, '\u0001'),
    text: long(LIMITS.text),
    model: long(LIMITS.name),
    collection: long(LIMITS.name),
    results: Array.from({ length: LIMITS.results }, (_, i) => ({
      id: id(i),
      name: long(LIMITS.itemName),
      title: long(LIMITS.itemTitle),
      score: -1.234567890123456e-300,
    })),
    judgements: Object.fromEntries(
      Array.from({ length: LIMITS.judgements }, (_, i) => [`${i}`.padEnd(16, 'a'), 'down' as const]),
    ),
  });
}

describe('the log as JSON Lines', () => {
  it('gives back every search', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(searches, { selector: ({ id }) => id, maxLength: 5 }), async (all) => {
        const { searches: read, repeated } = await parse(headerLine() + all.map(searchLine).join(''));
        // -0 is 0 in JSON.
        expect(JSON.stringify([...read.values()].map(ordered))).toBe(JSON.stringify(all.map(ordered)));
        expect(repeated).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses or reads any damaged byte, and never fails otherwise', async () => {
    const bytes = new TextEncoder().encode(exportOf([loggedSearch(1), loggedSearch(2)]));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const outcome = await parseLog(new Blob([damaged])).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'import-invalid' });
      }),
    );
  });

  it('refuses a file cut off within a line', async () => {
    const file = exportOf([loggedSearch(1), loggedSearch(2)]);
    await expect(parse(file.slice(0, -10))).rejects.toMatchObject({
      code: 'import-invalid',
      rejected: [{ line: 3, reason: 'not JSON' }],
    });
  });

  it('counts ids that come twice and keeps what changed last', async () => {
    const later = loggedSearch(1, { changed: '2027-01-01T00:00:00.000Z', rating: 3 });
    const { searches: read, repeated } = await parse(exportOf([loggedSearch(1), later, loggedSearch(1)]));
    expect(repeated).toBe(2);
    expect([...read.values()]).toEqual([later]);
  });

  it('takes Windows line ends, empty lines and fields of others', async () => {
    const file = exportOf([{ ...loggedSearch(1), mood: 'good' }]).replaceAll('\n', '\r\n\r\n');
    expect([...(await parse(file)).searches.values()]).toEqual([loggedSearch(1)]);
  });
});

it('in version 1 is read with its texts as queries', async () => {
  const { text, ...search } = loggedSearch(1, { rating: 8, judgements: { a: 'down' } });
  const lines = [
    { format: 'afterimage-log', version: 1 },
    { ...search, query: text },
    { ...search, id: 'f'.repeat(32), query: ' 1_w.cat ' },
  ];
  const { searches: read } = await parse(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect([...read.values()]).toEqual([
    { ...search, ...asks('dog') },
    { ...search, id: 'f'.repeat(32), query: '1_w.1*-w.cat', text: ' 1_w.cat ' },
  ]);
});

describe('an import is refused', () => {
  it.each([
    ['nothing', '', /not an Afterimage log/],
    ['something else', '{"hello":"world"}\n', /not an Afterimage log/],
    ['no JSON', 'PNG\u0000', /not an Afterimage log/],
    ['a search without header', `${JSON.stringify(loggedSearch(1))}\n`, /not an Afterimage log/],
    ['a newer format', '{"format":"afterimage-log","version":3}\n', /version 3.*Reload/],
    ['no version', '{"format":"afterimage-log"}\n', /Export the log again/],
  ])('that has %s', async (_what, file, message) => {
    await expect(parse(file)).rejects.toMatchObject({
      code: 'import-invalid',
      message: expect.stringMatching(message),
    });
  });

  const wrong: readonly [string, object][] = [
    ['id', { id: 'F'.repeat(32) }],
    ['time', { time: '2026-01-01' }],
    ['changed', { changed: 'never' }],
    ['query', { query: '' }],
    ['query', { query: `1_w.${'x'.repeat(LIMITS.query)}` }],
    ['query', { query: 'dog' }],
    ['query', { query: '99_w.dog' }],
    ['text', { text: '' }],
    ['text', { text: 'x'.repeat(LIMITS.text + 1) }],
    ['model', { model: 7 }],
    ['total', { total: -1 }],
    ['good', { good: 2_000 }],
    ['results', { results: 'none' }],
    ['results', { results: Array.from({ length: LIMITS.results + 1 }, () => loggedSearch(1).results[0]) }],
    ['score', { results: [{ id: 'a', name: 'a', title: null, score: null }] }],
    ['title', { results: [{ id: 'a', name: 'a', score: 1 }] }],
    ['device', { device: 'tpu' }],
    ['engine', { engine: 'constructor' }],
    ['encodeMs', { encodeMs: -1 }],
    ['rating', { rating: 2.5 }],
    ['rating', { rating: undefined }],
    ['judgement', { judgements: { a: 'sideways' } }],
    ['judgements', { judgements: null }],
    ['judgements', { judgements: { ['x'.repeat(LIMITS.name + 1)]: 'up' } }],
  ];
  it.each(wrong)('for a wrong %s', async (field, change) => {
    const file = exportOf([loggedSearch(1), { ...loggedSearch(2), ...change }]);
    await expect(parse(file)).rejects.toMatchObject({
      code: 'import-invalid',
      rejected: [{ line: 3, reason: expect.stringContaining(field) }],
    });
  });

  it.each(['null', '[]', '7', '"text"', '{', '{"id":1e999}', ' ', '['.repeat(100_000)])('for line %#', async (line) => {
    await expect(parse(`${headerLine()}${line}\n`)).rejects.toMatchObject({ rejected: [{ line: 2 }] });
  });

  it('with every wrong line named, up to a hundred', async () => {
    const all = Array.from({ length: 300 }, (_, i) => (i % 2 ? loggedSearch(i) : {}));
    await expect(parse(exportOf(all))).rejects.toMatchObject({
      rejected: Array.from({ length: 100 }, (_, i) => ({ line: 2 * i + 2, reason: expect.any(String) })),
    });
  });

  it('for a line that is too long', async () => {
    const file = `${headerLine()}"${'x'.repeat(MAX_LINE_BYTES)}"\n`;
    await expect(parse(file)).rejects.toMatchObject({ code: 'import-invalid', rejected: [{ line: 2 }] });
  });

  it('for a file that is too large, known beforehand or found while reading', async () => {
    const mebibyte = new Uint8Array(1024 * 1024).fill(0x20);
    const parts = Array.from({ length: MAX_FILE_BYTES / mebibyte.length + 1 }, () => mebibyte);
    await expect(parseLog(new Blob(parts))).rejects.toMatchObject({ code: 'import-too-large' });
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(sent++ === 0 ? new TextEncoder().encode(headerLine()) : mebibyte);
      },
    });
    await expect(parseLog(stream)).rejects.toMatchObject({ code: 'import-too-large' });
  });
});

describe('an export', () => {
  it('of the largest possible record fits into a line', async () => {
    const line = searchLine(largest());
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(MAX_LINE_BYTES);
    expect((await parse(headerLine() + line)).searches.size).toBe(1);
  });

  it('is several files where one would be too large, each importable', async () => {
    const lines = [headerLine(), ...Array.from({ length: 100 }, (_, i) => searchLine(loggedSearch(i)))];
    const files = await collect(toFiles(each(lines), 5_000));
    expect(files.length).toBeGreaterThan(1);
    const ids: string[] = [];
    for (const file of files) {
      expect(file.size).toBeLessThanOrEqual(5_000);
      ids.push(...(await parseLog(file)).searches.keys());
    }
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => loggedSearch(i).id));
  });

  it('of an empty log is a header', async () => {
    const [file, ...more] = await collect(toFiles(each([headerLine()])));
    expect(more).toEqual([]);
    expect((await parseLog(file ?? new Blob())).searches.size).toBe(0);
  });
});

/** Objects have no order of keys to compare by. */
function ordered(search: LoggedSearch): LoggedSearch {
  const {
    id,
    time,
    changed,
    query,
    text: words,
    model,
    collection,
    total,
    good,
    results,
    device,
    engine,
    encodeMs,
    searchMs,
    rating,
  } = search;
  const judgements = Object.fromEntries(Object.entries(search.judgements).sort(([a], [b]) => (a < b ? -1 : 1)));
  const sorted = results.map((result) => ({
    id: result.id,
    name: result.name,
    title: result.title,
    score: result.score,
  }));
  return {
    id,
    time,
    changed,
    query,
    text: words,
    model,
    collection,
    total,
    good,
    results: sorted,
    device,
    engine,
    encodeMs,
    searchMs,
    rating,
    judgements,
  };
}
