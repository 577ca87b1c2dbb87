import { expect, test } from 'vitest';
import type { Engine } from '../engine/collection/types.ts';
import { chooseEngine } from './choose-engine.ts';
import { maxRows } from './hnsw-index.ts';

const hnsw = { M: 16, efConstruction: 200, efSearch: 200 };
const offer = (index: Engine, parts: readonly ('graph' | 'codes')[], count = 1000) => ({
  manifest: { index, count, dim: 512, hnsw },
  has: (kind: 'graph' | 'codes') => parts.includes(kind),
});
const tooMany = maxRows(512, 16) + 1;

test.each<[string, ReturnType<typeof offer>, Engine | 'auto', Engine, RegExp]>([
  ['its own graph', offer('hnsw', ['graph']), 'auto', 'hnsw', /came with its graph/],
  ['its own codes', offer('codes', ['codes']), 'auto', 'codes', /large/],
  ['nothing but vectors', offer('exact', []), 'auto', 'exact', /without a graph/],
  ['another engine where it was asked for', offer('hnsw', ['graph', 'codes']), 'codes', 'codes', /asked for/],
  ['every picture where it was asked for', offer('codes', ['codes']), 'exact', 'exact', /asked for/],
  ['its own where what was asked for is not there', offer('hnsw', ['graph']), 'codes', 'hnsw', /no codes.*graph/],
  ['its own where the graph is not there', offer('codes', ['codes']), 'hnsw', 'codes', /no graph.*codes/],
  ['no graph that does not fit', offer('hnsw', ['graph'], tooMany), 'auto', 'exact', /2 GiB/],
  ['nor where it was asked for', offer('hnsw', ['graph'], tooMany), 'hnsw', 'exact', /2 GiB/],
  ['codes before everything else', offer('hnsw', ['graph', 'codes'], tooMany), 'auto', 'codes', /2 GiB.*codes/],
  ['a graph that just fits', offer('hnsw', ['graph'], tooMany - 1), 'auto', 'hnsw', /graph/],
])('%s', (_, collection, wanted, engine, reason) => {
  const choice = chooseEngine(collection, wanted);
  expect(choice.engine).toBe(engine);
  expect(choice.reason).toMatch(reason);
});
