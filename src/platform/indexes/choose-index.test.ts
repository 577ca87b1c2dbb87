import { expect, test } from 'vitest';
import type { IndexKind, IndexPreference, IndexWay } from '../../engine/collection/types.ts';
import { quantiserFor } from '../../engine/collection/vectors/vector-blocks.ts';
import { chooseIndex } from './choose-index.ts';
import { maxRows } from './hnsw/hnsw-index.ts';

const hnsw = { M: 16, efConstruction: 200, efSearch: 200 };
const offer = (index: IndexKind, parts: readonly ('graph' | 'codes')[], count = 1000) => ({
  manifest: { index, count, dim: 512, hnsw, quantiser: quantiserFor('int8', 512) },
  has: (kind: 'graph' | 'codes') => parts.includes(kind),
});
const tooMany = maxRows(512, 16) + 1;

test.each<[string, ReturnType<typeof offer>, IndexPreference, IndexKind, RegExp]>([
  ['its own graph', offer('hnsw', ['graph']), 'auto', 'hnsw', /came with its graph/],
  ['its own codes', offer('codes', ['codes']), 'auto', 'codes', /large/],
  ['nothing but vectors', offer('exact', []), 'auto', 'exact', /without a graph/],
  ['another engine where it was asked for', offer('hnsw', ['graph', 'codes']), 'codes', 'codes', /asked for/],
  ['codes with blocks as they are needed', offer('codes', ['codes']), 'blocks', 'codes', /fetched/],
  ['its own where there are no codes to fetch blocks by', offer('hnsw', ['graph']), 'blocks', 'hnsw', /no codes/],
  ['every picture where it was asked for', offer('codes', ['codes']), 'exact', 'exact', /asked for/],
  ['its own where what was asked for is not there', offer('hnsw', ['graph']), 'codes', 'hnsw', /no codes.*graph/],
  ['its own where the graph is not there', offer('codes', ['codes']), 'hnsw', 'codes', /no graph.*codes/],
  ['no graph that does not fit', offer('hnsw', ['graph'], tooMany), 'auto', 'exact', /2 GiB/],
  ['nor where it was asked for', offer('hnsw', ['graph'], tooMany), 'hnsw', 'exact', /2 GiB/],
  ['codes before everything else', offer('hnsw', ['graph', 'codes'], tooMany), 'auto', 'codes', /2 GiB.*codes/],
  ['a graph that just fits', offer('hnsw', ['graph'], tooMany - 1), 'auto', 'hnsw', /graph/],
  ['codes without all the vectors, where those do not fit', offer('codes', ['codes'], 5e6), 'auto', 'codes', /fetched/],
  [
    'the same where every picture was to be compared',
    offer('codes', ['codes'], 5e6),
    'exact',
    'codes',
    /2,685 MB.*fetched/,
  ],
  ['the same where there is a graph', offer('hnsw', ['graph', 'codes'], 5e6), 'auto', 'codes', /graph.*fetched/],
])('%s', (_, collection, wanted, engine, reason) => {
  const choice = chooseIndex(collection, wanted);
  expect(choice.kind).toBe(engine);
  expect(choice.onDemand).toBe((wanted === 'blocks' && engine === 'codes') || collection.manifest.count === 5e6);
  expect(choice.reason).toMatch(reason);
});

test.each<[string, ReturnType<typeof offer>, RegExp]>([
  ['exact', offer('exact', [], 5e6), /5,000,000 pictures.*2,685 MB/],
  ['a graph', offer('hnsw', ['graph'], 5e6), /2 GiB/],
  ['codes', offer('codes', ['codes'], 50e6), /50,000,000 pictures.*codes/],
  ['exact, much larger', offer('exact', [], 50e6), /26,850 MB/],
])('%s that nothing holds is refused, with the obstacle', (_, collection, message) => {
  for (const wanted of ['auto', 'hnsw', 'exact', 'codes', 'blocks'] as const) {
    const refused = expect.objectContaining({ code: 'index-too-large', message: expect.stringMatching(message) });
    expect(() => chooseIndex(collection, wanted)).toThrow(refused);
  }
});

test('what has turned out not to fit is not chosen again, and why is told', () => {
  const refused = new Map<IndexWay, string>([['codes', 'No memory.']]);
  const choice = chooseIndex(offer('codes', ['codes']), 'auto', refused);
  expect(choice).toMatchObject({
    way: 'blocks',
    onDemand: true,
    reason: expect.stringMatching(/^No memory\. .*fetched/),
  });
  refused.set('blocks', 'None at all.').set('exact', 'Nor there.');
  const error = expect.objectContaining({ code: 'index-too-large', message: expect.stringContaining('No memory.') });
  expect(() => chooseIndex(offer('codes', ['codes']), 'auto', refused)).toThrow(error);
});
