import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ItemStore } from '../../src/engine/collection/items/items.ts';
import { normalise } from '../../src/engine/numeric/embedding.ts';
import { seededRandom } from '../../src/engine/numeric/testing-vectors.ts';
import type { QueryEncoder } from '../../src/engine/ports.ts';
import { createBaseline } from '../../src/engine/search/cutoff.ts';
import type { Retriever } from '../../src/engine/search/retriever.ts';
import { demoEmoji } from '../demo/emoji.ts';
import { awayPairs } from './away.ts';
import { fitCalibration, solve } from './certainty/fit.ts';
import { calibrationError, measureCertainty } from './certainty/measure.ts';
import type { Answer } from './evaluate.ts';
import { evaluateFeedback } from './feedback/feedback.ts';
import { fitConstants, half, hasMatch, isHidden } from './fit.ts';
import { readPhotos } from './photos.ts';
import { absentQueries, emojiOfRows, keywordQueries, nameQueries } from './queries.ts';
import { compare, type Report, toMarkdown, verdict } from './report.ts';
import { styleDrawings, UNSEEN_STYLE } from './styles.ts';

const emoji = demoEmoji();
const items = {
  count: emoji.length + 1,
  get: async (row: number) => ({ name: row < emoji.length ? `${emoji[row]?.slug}.png` : 'holiday.jpg' }),
} as unknown as ItemStore;
const rows = await emojiOfRows(items);

test('as many queries as MODEL.md counts', () => {
  expect(rows.size).toBe(1594);
  expect(nameQueries(rows, 'en')).toHaveLength(1594);
  expect(keywordQueries(rows, 'en')).toHaveLength(3312);
  expect(nameQueries(rows, 'es')).toHaveLength(1594);
  expect(keywordQueries(rows, 'es')).toHaveLength(2408);
});

test('the right rows are those with the name, and all with the keyword', () => {
  const slugs = (right: ReadonlySet<number> | undefined) => Array.from(right ?? [], (row) => emoji[row]?.slug).sort();
  expect(slugs(nameQueries(rows, 'es').find(({ text }) => text === 'cohete')?.right)).toEqual(['rocket']);
  const dogs = slugs(keywordQueries(rows, 'en').find(({ text }) => text === 'dog')?.right);
  expect(dogs).toEqual(expect.arrayContaining(['dog-face', 'guide-dog', 'poodle', 'service-dog']));
});

test('what is absent is named by no word of any emoji', () => {
  const names = createRequire(import.meta.url)('emojibase-data/en/data.json') as { label: string; tags?: string[] }[];
  const split = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const words = new Set(names.flatMap(({ label, tags = [] }) => [label, ...tags]).flatMap(split));
  const absent = absentQueries();
  expect(absent.length).toBeGreaterThanOrEqual(80);
  expect(new Set(absent.map(({ text }) => text)).size).toBe(absent.length);
  const named = absent.filter(({ text }) =>
    split(text).some((word) => words.has(word) || words.has(`${word}s`) || words.has(word.replace(/s$/, ''))),
  );
  expect(named).toEqual([]);
});

test('what is absent in Spanish is named by no word of any emoji there', () => {
  const names = createRequire(import.meta.url)('emojibase-data/es/data.json') as { label: string; tags?: string[] }[];
  const split = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const words = new Set(names.flatMap(({ label, tags = [] }) => [label, ...tags]).flatMap(split));
  const absent = absentQueries('es');
  expect(absent.length).toBeGreaterThanOrEqual(80);
  expect(new Set(absent.map(({ text }) => text)).size).toBe(absent.length);
  const isNamed = (word: string) =>
    [word, `${word}s`, `${word}es`, word.replace(/e?s$/, '')].some((one) => words.has(one));
  expect(absent.filter(({ text }) => split(text).some((word) => word !== 'de' && isNamed(word)))).toEqual([]);
});

test('one keyword without another: what is right has the one and not the other', () => {
  const rowsFrom = (first: number, count: number) => new Set(Array.from({ length: count }, (_, i) => first + i));
  const keyword = (text: string, right: Set<number>) => ({ text, right });
  const pairs = awayPairs([
    keyword('animal', rowsFrom(0, 20)),
    keyword('cat', rowsFrom(12, 8)),
    keyword('plant', rowsFrom(100, 20)),
    keyword('rare', rowsFrom(0, 4)),
  ]);
  expect(pairs).toEqual([{ wanted: 'animal', unwanted: 'cat', right: rowsFrom(0, 12), wrong: rowsFrom(12, 8) }]);
  expect(awayPairs(keywordQueries(rows, 'en')).length).toBeGreaterThan(500);
});

const figures = { queries: 1594, hit1: 0.79, hit10: 0.99, ndcg10: 0.87 } as const;
const stated = `
| collection | queries | | version 0 | version 1 |
| Fluent flat, 1,594 (the demo collection) | name, English (1,594) | hit@1 / hit@10 | 0.500 / 0.600 | 0.781 / 0.996 |
| | keyword, English (3,312) | hit@1 / hit@10 / nDCG@10 | 0.1 / 0.2 / 0.3 | 0.790 / 0.990 / 0.903 |
| Tiny ImageNet | class of 200 | top-1 | 0.271 | 0.546 |
| Firefox OS emoji, 481 (unseen) | name, English | hit@1 / hit@10 | 0.1 / 0.2 | 0.700 / 0.900 |
`;

test('the report compares with what MODEL.md states in its last column', () => {
  const retrieval = [
    { kind: 'name', language: 'en', ...figures },
    { kind: 'keyword', language: 'en', ...figures },
    { kind: 'name', language: 'es', ...figures },
  ] as const;
  const comparison = compare(stated, { retrieval, unseen: { ...figures, queries: 481 } });
  expect(comparison.map(({ figure, stated, within }) => [figure, stated, within])).toEqual([
    ['Fluent flat, name, English: hit@1', 0.781, true],
    ['Fluent flat, name, English: hit@10', 0.996, true],
    ['Fluent flat, keyword, English: hit@1', 0.79, true],
    ['Fluent flat, keyword, English: hit@10', 0.99, true],
    ['Fluent flat, keyword, English: nDCG@10', 0.903, false],
    ['Firefox OS emoji, name, English: hit@1', 0.7, false],
    ['Firefox OS emoji, name, English: hit@10', 0.9, false],
  ]);
  const report: Report = {
    ...{ collection: 'demo', model: 'm', pictures: 9, date: '2026-01-01', machine: 'x', retrieval, comparison },
    ...{ recall10: 0.98, auroc: 0.9, unseen: figures, fits: [], certainty: [] },
    away: [{ weight: 0.4, pairs: 2, ndcg10: 0.7, unwanted: 0.1 }],
    cutoff: [{ queries: 'absent', count: 4, matched: 0.25, hidden: null, precision: null, recall: null }],
  };
  expect(verdict(report)).toMatch(/NOT reproduced.*keyword, English: nDCG@10.*BELOW 0.99/);
  expect(toMarkdown(report)).toContain('| absent | 4 | 0.250 | – | – | – |');
  expect(toMarkdown(report)).toContain('| Fluent flat, keyword, English: nDCG@10 | 0.903 | 0.870 | -0.033 |');
});

/** A query whose best similarity is `top`, where meaningless ones are 0 ± 0.1, and whose first row is right or not. */
function answer(top: number, isRight: boolean): Answer {
  const distribution = { mean: 0, deviation: 0.1 };
  return {
    query: { text: '', right: new Set(isRight ? [7] : []) },
    rows: [7, 8],
    similarities: [top, top / 2],
    baseline: { own: distribution, ordinary: distribution, count: 1000 },
    pieces: undefined,
    recall10: 1,
  };
}

test('constants let few absent things match, and hide as little as that allows', () => {
  const absent = Array.from({ length: 10 }, (_, i) => answer(0.3 + i / 100, false));
  const present = Array.from({ length: 10 }, (_, i) => answer(0.35 + i / 100, true));
  for (const { constants, absentMatched, hidden } of fitConstants([present], absent, 0.9)) {
    expect(absentMatched).toBe(0.2);
    expect(hidden).toBe(0.3);
    expect(present.filter((one) => isHidden(one, constants))).toHaveLength(3);
    expect(absent.filter((one) => hasMatch(one, constants))).toHaveLength(2);
  }
});

test('halves share nothing and are all', () => {
  expect([half([1, 2, 3], 'set'), half([1, 2, 3], 'held-out')]).toEqual([[1, 3], [2]]);
});

test('the unseen style has the drawings that MODEL.md counts, each of another emoji', () => {
  const drawings = styleDrawings(UNSEEN_STYLE.package);
  expect(new Set(drawings.map(({ label }) => label)).size).toBe(481);
  expect(drawings).toHaveLength(481);
});

test('photographs without usable labels are refused before anything is asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-eval-'));
  await expect(readPhotos(folder)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching('labels.json'),
  });
  for (const text of ['{', '[]', '{"a.jpg":1}', 'null']) {
    await writeFile(join(folder, 'labels.json'), text);
    await expect(readPhotos(folder)).rejects.toMatchObject({ code: 'usage' });
  }
  await writeFile(join(folder, 'labels.json'), '{"a.jpg":"a dog"}');
  expect((await readPhotos(folder)).map(({ label }) => label)).toEqual(['a dog']);
  await rm(folder, { recursive: true });
});

test('a calibration is set on one half: it tells right results from wrong ones in the other, at the rate that it claims', () => {
  const random = seededRandom(5);
  const answers = Array.from({ length: 400 }, (): Answer => {
    const heights = Array.from({ length: 12 }, () => 0.05 * (1 + 3 * random())).sort((a, b) => b - a);
    const isRight = (height: number) => random() < 1 / (1 + Math.exp(-(height - 0.12) * 60));
    const right = new Set(heights.flatMap((height, row) => (isRight(height) ? [row] : [])));
    const own = { mean: 0, deviation: 0.05 };
    return {
      ...{ query: { text: 'x', right }, rows: heights.map((_, row) => row), similarities: heights },
      ...{ baseline: { own, ordinary: own, count: 1594 }, pieces: undefined, recall10: 1 },
    };
  });
  const nothing = answers.map(({ similarities, ...answer }) => ({
    ...{ ...answer, query: { text: 'x', right: new Set<number>() } },
    similarities: similarities.map((one) => one / 2),
  }));
  const groups = [{ title: 'all', present: [answers], absent: nothing.slice(0, 40) }];
  const calibration = fitCalibration(groups, ['height', 'gap']);
  const [certainty, line] = measureCertainty(groups, calibration);
  expect(certainty).toMatchObject({ group: 'all', rule: 'certainty' });
  expect(certainty?.auroc).toBeGreaterThan(0.85);
  expect(certainty?.ece).toBeLessThan(0.05);
  expect(certainty?.absentSure).toBeLessThanOrEqual(0.1);
  expect(certainty?.precision).toBeGreaterThan(certainty?.fairPrecision ?? 1);
  expect(line?.fairPrecision).toBeNull();
  expect(line?.rule).toBe('line');
});

test('the calibration error is how far what is claimed is from what is so', () => {
  const results = (claimed: number, right: number, of: number) =>
    Array.from({ length: of }, (_, i) => ({ claimed, right: i < right }));
  expect(calibrationError(results(0.25, 1, 4))).toBeCloseTo(0, 9);
  expect(calibrationError([...results(1, 1, 2), ...results(0, 0, 2)])).toBeCloseTo(0.25, 9);
});

test('solves a system of equations', () => {
  const [x, y] = solve(
    [
      [4, 1],
      [1, 3],
    ],
    [1, 2],
  );
  expect(x).toBeCloseTo(1 / 11, 9);
  expect(y).toBeCloseTo(7 / 11, 9);
});

test('simulated people judge from the top: what is wrong there goes, what is right comes first, and a right page stays', async () => {
  const rows = Uint32Array.from({ length: 20 }, (_, row) => row);
  const similarities = Float32Array.from(rows, (row) => 0.5 - row / 100);
  const retriever = {
    retrieve: async () => ({ rows, similarities, scores: similarities, approximate: false }),
  } as unknown as Retriever;
  const encoder = { encode: async () => normalise(Float32Array.of(1, 0)) } as unknown as QueryEncoder;
  const baseline = createBaseline({ count: 20, dim: 2, vectors: new Float32Array(40) }, []);
  const ask = async (...right: number[]) => {
    const query = { text: 'x', right: new Set(right) };
    return await evaluateFeedback({ title: 'all', retriever, baseline, queries: [query, query] }, encoder);
  };
  const [one, three, five] = await ask(2, 4);
  expect(one).toMatchObject({ group: 'all', thumbs: 1, queries: 1, before: three?.before });
  expect(one?.after).toBeGreaterThan(one?.before ?? 1); // the first, which was wrong, is gone
  expect(three?.after).toBeGreaterThan(one?.after ?? 1);
  expect(five?.after).toBe(1);
  expect(five?.gain).toBeCloseTo(1 - (five?.before ?? 0), 9);
  expect((await ask(0, 1)).map(({ after, loss }) => [after, loss])).toEqual([...Array(3)].map(() => [1, 0]));
});
