import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportOf, loggedSearch } from '../../../src/db/testing-records.ts';
import { AfterimageError } from '../../../src/engine/errors.ts';
import { queryText, textQuery } from '../../../src/engine/query/query.ts';
import { serialise } from '../../../src/engine/query/serialise.ts';
import { evaluateJudgements } from './measure.ts';
import { judgementsTable } from './report.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-judgements-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Finds rows 0 to 5 in their order, of which three are above the line; their ids are p0 to p5. */
const search = {
  manifest: { name: 'mine' },
  items: { count: 6, rowOf: async (id: string) => (/^p[0-5]$/.test(id) ? Number(id.slice(1)) : -1) },
  engine: {
    async search(query: Parameters<typeof queryText>[0]) {
      if (queryText(query) === 'album') throw new AfterimageError('album-unknown', 'There is no such album here.');
      return { rows: Uint32Array.of(0, 1, 2, 3, 4, 5), good: 3 };
    },
  },
} as never;

const asks = (text: string) => ({ query: serialise(textQuery(text)), text, collection: 'mine' });

async function evaluate(searches: readonly unknown[]) {
  const path = join(folder, 'log.jsonl');
  await writeFile(path, exportOf(searches));
  return evaluateJudgements(search, path);
}

test('liked pictures are what a query asks for', async () => {
  const figures = await evaluate([
    loggedSearch(1, { ...asks('dog'), judgements: { p1: 'up', p2: 'down', p4: 'up' }, rating: 8 }),
    loggedSearch(2, { ...asks('cat'), judgements: { p0: 'up' }, rating: 4 }),
    loggedSearch(3, { ...asks('nothing'), judgements: { p2: 'down' } }),
  ]);
  const discount = (rank: number) => 1 / Math.log2(rank + 1);
  const ideal = discount(1) + discount(2);
  expect(figures).toMatchObject({ searches: 3, ofOthers: 0, queries: 3, up: 3, down: 2, unknown: [], unasked: [] });
  expect(figures.ndcg10).toBeCloseTo(((discount(2) + discount(5)) / ideal + 1) / 2, 9);
  expect(figures.ndcg10OfJudged).toBeCloseTo(((discount(1) + discount(3)) / ideal + 1) / 2, 9);
  expect(figures).toMatchObject({ hit1: 0.5, hit10: 1, precision: 2 / 4, recall: 2 / 3, rating: 6, rated: 2 });
});

test('the newest search of a query counts', async () => {
  const figures = await evaluate([
    loggedSearch(2, { ...asks('dog'), judgements: { p0: 'up' } }),
    loggedSearch(1, { ...asks('dog'), judgements: { p5: 'up', p1: 'up' } }),
  ]);
  expect(figures).toMatchObject({ queries: 1, up: 1, hit1: 1 });
});

test('what is not of this collection, is gone, or cannot be asked is counted and named', async () => {
  const figures = await evaluate([
    loggedSearch(1, { ...asks('dog'), judgements: { p0: 'up', gone: 'up', lost: 'down' } }),
    loggedSearch(2, { ...asks('cat'), judgements: { gone: 'up' } }),
    loggedSearch(3, { ...asks('dog'), collection: 'other', judgements: { p0: 'up' } }),
    loggedSearch(4, { ...asks('album'), judgements: { p0: 'up' } }),
  ]);
  expect(figures).toMatchObject({ ofOthers: 1, queries: 1, unknown: ['gone', 'lost'] });
  expect(figures.unasked).toEqual(['album: There is no such album here.']);
  const table = judgementsTable(figures);
  expect(table).toContain('4 searches, 1 of other collections');
  expect(table).toContain('the collection has not: 2 (gone, lost)');
  expect(table).toContain('cannot be asked here: 1 (album: There is no such album here.)');
});

test('without a picture that was liked there is no rank to judge', async () => {
  const figures = await evaluate([loggedSearch(1, { ...asks('dog'), judgements: { p5: 'down' } })]);
  expect(figures).toMatchObject({ ndcg10: null, hit1: null, precision: 1 });
  expect(judgementsTable(figures)).toContain('(hit@1) | – |');
});

test('a file that is no log, damaged, missing, or without judgements is refused', async () => {
  const refused = async (text: string, code: string, message: RegExp) => {
    const path = join(folder, 'bad.jsonl');
    await writeFile(path, text);
    await expect(evaluateJudgements(search, path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  };
  await refused('{"hello":1}\n', 'import-invalid', /not an Afterimage log/);
  const damaged = `${exportOf([loggedSearch(1)])}{"id":\n`;
  await refused(damaged, 'import-invalid', /line 3: not JSON/);
  await refused(exportOf([loggedSearch(1, asks('dog'))]), 'usage', /no judged picture of mine: 1 searches, 1 of it/);
  const none = evaluateJudgements(search, join(folder, 'none.jsonl'));
  await expect(none).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('there is none') });
});
