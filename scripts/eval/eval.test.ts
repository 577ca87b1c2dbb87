import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { ItemStore } from '../../src/engine/collection/items/items.ts';
import { demoEmoji } from '../demo/emoji.ts';
import { absentQueries, emojiOfRows, keywordQueries, nameQueries } from './queries.ts';
import { compare, type Report, toMarkdown, verdict } from './report.ts';

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

test('the report compares with what MODEL.md states', () => {
  const stated =
    '| Demo | name, English (1,594) | 0.781 | 0.996 | 0.903 |\n| | name, English (1,542) | 0.762 | 0.995 | |';
  const figures = { kind: 'name', language: 'en', queries: 1594, hit1: 0.79, hit10: 0.99, ndcg10: 0.87 } as const;
  const comparison = compare(stated, [figures, { ...figures, kind: 'keyword' }]);
  expect(comparison.map(({ stated, within }) => [stated, within])).toEqual([
    [0.781, true],
    [0.996, true],
    [0.903, false],
  ]);
  const report: Report = {
    ...{ collection: 'demo', model: 'm', pictures: 9, date: '2026-01-01', machine: 'x', retrieval: [figures] },
    ...{ recall10: 0.98, auroc: 0.9, comparison },
    cutoff: [{ queries: 'absent', count: 4, matched: 0.25, precision: null, recall: null }],
  };
  expect(verdict(report)).toMatch(/NOT reproduced.*name, English: nDCG@10.*BELOW 0.99/);
  expect(toMarkdown(report)).toContain('| absent | 4 | 0.250 | – | – |');
  expect(toMarkdown(report)).toContain('| name, English: nDCG@10 | 0.903 | 0.870 | -0.033 |');
});
