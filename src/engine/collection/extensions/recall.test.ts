import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../formats/check.ts';
import { recallOf } from './recall.ts';

test('what was measured is read as it was written', () => {
  const recall = { index: 'hnsw', found: 0.9981, queries: 100 } as const;
  expect(recallOf({ extensions: { recall, 'org.example.map': 1 } })).toEqual(recall);
  expect(recallOf({ extensions: { recall: { ...recall, later: [1] } } })).toEqual(recall);
});

test.each<[string, Json]>([
  ['no object', 0.99],
  ['null', null],
  ['a list', ['hnsw', 1, 100]],
  ['another index', { index: 'tree', found: 1, queries: 1 }],
  ['more than all', { index: 'hnsw', found: 1.01, queries: 1 }],
  ['less than nothing', { index: 'hnsw', found: -0.01, queries: 1 }],
  ['a text for a number', { index: 'hnsw', found: '1', queries: 1 }],
  ['no queries', { index: 'hnsw', found: 1, queries: 0 }],
  ['half a query', { index: 'hnsw', found: 1, queries: 1.5 }],
])('%s says nothing', (_, recall) => {
  expect(recallOf({ extensions: { recall } })).toBeUndefined();
});

test('where nothing is said, nothing is known', () => {
  expect(recallOf({})).toBeUndefined();
  expect(recallOf({ extensions: {} })).toBeUndefined();
});

test('whatever stands there is refused or makes sense', () => {
  const like = fc.record({
    index: fc.oneof(fc.constant('hnsw'), fc.string()),
    found: fc.oneof(fc.double(), fc.string()),
    queries: fc.oneof(fc.integer(), fc.double()),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), like), (recall) => {
      const read = recallOf({ extensions: { recall: recall as Json } });
      if (read === undefined) return;
      expect(read.found >= 0 && read.found <= 1 && Number.isSafeInteger(read.queries) && read.queries > 0).toBe(true);
    }),
  );
});
