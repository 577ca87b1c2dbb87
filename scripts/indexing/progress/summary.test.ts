import { expect, test } from 'vitest';
import type { LeftOut } from '../../../src/indexing/ports.ts';
import type { IndexSummary } from '../../../src/indexing/request.ts';
import { describeSummary } from './summary.ts';

function linesOf(leftOut: readonly LeftOut[]): string[] {
  const bytes = { vectors: 1e6, graph: 0, codes: 0, items: 0, ids: 0, blocks: 0, pictures: 0 };
  const counts = { count: 1, embedded: 0, kept: 1, removed: 0, copies: 0, others: 0, seconds: 1 };
  const summary = {
    collection: 'c',
    ...counts,
    problems: [],
    otherExtensions: {},
    paired: 0,
    unchanged: true,
    advice: null,
    bytes,
    leftOut,
  };
  return describeSummary(summary as unknown as IndexSummary)
    .split('\n')
    .slice(1); // what these lines need
}

test('what was left out is named by reason, with counts, in lines that names cannot forge', () => {
  expect(linesOf([])).toEqual([]);
  const lines = linesOf([
    { why: 'system', what: '@eaDir', count: 12 },
    { why: 'exclude', what: '*.png', count: 3 },
    { why: 'system', what: '#recycle', count: 1 },
    { why: 'nomedia', what: 'a\nb\u001b[31m', count: 1 },
    { why: 'file', what: 'old/.afterimageignore', count: 2 },
  ]);
  expect(lines).toEqual([
    '13 folders of systems and photo programs were left out: @eaDir (12), #recycle. --include takes one in.',
    '1 folder with a .nomedia was left out: a\\u{a}b\\u{1b}[31m. --include takes one in.',
    '3 files and folders by --exclude were left out: *.png (3).',
    '2 files and folders by ignore files were left out: old/.afterimageignore (2).',
  ]);
});

test('of many names the first are shown', () => {
  const many = Array.from({ length: 12 }, (_, i): LeftOut => ({ why: 'system', what: `x${i}.lrdata`, count: 1 }));
  expect(linesOf(many)).toEqual([expect.stringMatching(/^12 folders .*: x0\.lrdata, .*, x9\.lrdata, …\. --include/)]);
});
