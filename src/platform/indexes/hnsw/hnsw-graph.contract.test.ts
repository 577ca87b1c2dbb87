import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import { dot, type Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../../engine/numeric/testing-vectors.ts';
import { encodeGraph, GRAPH_HEADER_BYTES, parseGraph, rowWord } from './hnsw-graph.ts';
import { buildHnswIndex, type HnswIndex, loadHnswIndex, maxRows } from './hnsw-index.ts';

const DIM = 16;
/** Many levels at few rows: M = 4 puts every fourth row on level 1. */
const M = 4;
const rows = clusteredVectors(400, DIM);
const vectors = flatten(rows, DIM);
const queries = clusteredVectors(20, DIM, 2);

async function build(count = rows.length): Promise<HnswIndex> {
  const index = await buildHnswIndex({ dim: DIM, M, efConstruction: 100, capacity: count });
  for (const row of rows.slice(0, count)) index.add(row);
  return index;
}

const load = (graph: Uint8Array, flat = vectors, dim = DIM) =>
  loadHnswIndex({ graph, vectors: flat, dim, efSearch: 50 });

const answers = (index: HnswIndex) => queries.map((query) => index.search(query, { k: 20, efSearch: 50 }));

describe('build → graph → load', () => {
  test('gives the same answers and the same graph', async () => {
    const built = await build();
    const graph = built.graph();
    const loaded = await load(graph);
    expect(answers(loaded)).toEqual(answers(built));
    expect(loaded.graph()).toEqual(graph);
    expect(parseGraph(graph).maxLevel).toBeGreaterThan(1);
  });

  test('holds links, not vectors', async () => {
    expect((await build()).graph().length).toBeLessThan(rows.length * 2 * (2 * M + 3));
  });

  test('keeps removed rows removed', async () => {
    const built = await build();
    for (let row = 0; row < rows.length; row += 2) built.remove(row);
    const loaded = await load(built.graph());
    expect(loaded.size).toBe(rows.length / 2);
    expect(answers(loaded)).toEqual(answers(built));
    loaded.remove(0); // already gone
    expect(loaded.size).toBe(rows.length / 2);
  });

  test('works from a view that is not aligned', async () => {
    const graph = (await build()).graph();
    const shifted = new Uint8Array(graph.length + 1).subarray(1);
    shifted.set(graph);
    expect((await load(shifted)).size).toBe(rows.length);
  });

  test.each([0, 1, 2])('works with %i rows', async (count) => {
    const loaded = await load((await build(count)).graph(), vectors.subarray(0, count * DIM));
    expect(loaded.size).toBe(count);
    expect(loaded.search(queries[0] as Embedding, { k: 5 })).toHaveLength(count);
    expect(loaded.add(rows[count] as Embedding)).toBe(count);
    expect(loaded.search(rows[count] as Embedding, { k: 1 })[0]?.row).toBe(count);
  });

  test('indexes are independent: loaded in parallel, one disposed of', async () => {
    const graph = (await build()).graph();
    const [one, two] = await Promise.all([load(graph), load(graph)]);
    const before = answers(two);
    one.dispose();
    expect(() => one.search(queries[0] as Embedding, { k: 1 })).toThrow('disposed');
    expect(answers(two)).toEqual(before);
  });
});

test('written at random, read the same', () => {
  const graphs = fc.integer({ min: 1, max: 300 }).chain((count) =>
    fc.record({
      rows: fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: 2 * M }), { minLength: count, maxLength: count }),
      removed: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    }),
  );
  fc.assert(
    fc.property(graphs, ({ rows, removed }) => {
      const lists = rows.map((links, row) => Uint32Array.from(links.filter((link) => link !== row)).sort());
      const words = lists.flatMap((links, row) => [rowWord(links.length, removed[row] === true, 0), ...links]);
      const starts = lists.map((_, row) => lists.slice(0, row).reduce((sum, { length }) => sum + 1 + length, 0));
      const shape = { count: rows.length, dim: DIM, M, efConstruction: 10, maxLevel: 0, entryPoint: 0 };
      const graph = { ...shape, words: Uint32Array.from(words), starts: Uint32Array.from(starts) };
      expect(parseGraph(encodeGraph(graph))).toEqual(graph);
    }),
  );
});

describe('limits', () => {
  test('more rows than the heap holds are refused, with the limit', async () => {
    const limit = maxRows(512, 16);
    expect(limit).toBeGreaterThan(100_000);
    await expect(buildHnswIndex({ dim: 512, M: 16, efConstruction: 200, capacity: limit + 1 })).rejects.toMatchObject({
      code: 'index-too-large',
      message: expect.stringContaining(String(limit)),
    });
  });

  test.each([{ M: 1 }, { M: 100_000 }, { efConstruction: 0 }])(
    'parameters out of range are refused: %o',
    async (wrong) => {
      const options = { dim: DIM, M, efConstruction: 100, capacity: 1, ...wrong };
      await expect(buildHnswIndex(options)).rejects.toMatchObject({ code: 'usage' });
    },
  );

  test('a graph of another dimension or of other vectors is refused', async () => {
    const graph = (await build()).graph();
    await expect(load(graph, vectors, 8)).rejects.toMatchObject({ code: 'dimension-mismatch' });
    await expect(load(graph, vectors.subarray(DIM))).rejects.toMatchObject({ code: 'index-corrupt' });
  });
});

describe('a graph by hand', () => {
  const ROWS = [
    [2 * 2 + 1, 2 * 1, /* 1, 2 */ 1, 0, /* level 1: */ 1, /* 1 */ 1],
    [2 * 2 + 1, 2 * 1, /* 0, 2 */ 0, 1, /* level 1: */ 1, /* 0 */ 0],
    [2 * 1 + 1, 1 /* removed */, /* 0 */ 0],
  ].flat();

  function graphByHand(header: Partial<Record<keyof typeof HEADER, number>> = {}, rows = ROWS): Uint8Array {
    const words = Object.values({ ...HEADER, ...header });
    return new Uint8Array([...new Uint8Array(new Int32Array(words).buffer), ...rows]);
  }
  const HEADER = {
    ...{ magic: 0x47494141, version: 2, count: 3, dim: 2, M: 2, efConstruction: 10, maxLevel: 1, entryPoint: 0 },
  };

  const isCorrupt = (graph: Uint8Array) =>
    expect(() => parseGraph(graph)).toThrow(expect.objectContaining({ code: 'index-corrupt' }));

  test('is read, and written again as it was', () => {
    const graph = parseGraph(graphByHand());
    expect(graph).toMatchObject({ count: 3, dim: 2, M: 2, maxLevel: 1, entryPoint: 0 });
    expect(encodeGraph(graph)).toEqual(graphByHand());
  });

  test.each([
    ['another magic', { magic: 0 }],
    ['another version', { version: 1 }],
    ['no rows, but bytes', { count: 0 }],
    ['fewer rows', { count: 2 }],
    ['more rows', { count: 4 }],
    ['many more rows', { count: -1 }],
    ['an M too small', { M: 1 }],
    ['an M too large', { M: -(2 ** 31) }],
    ['no efConstruction', { efConstruction: 0 }],
    ['an entry point that is no row', { entryPoint: 3 }],
    ['no entry point', { entryPoint: -1 }],
    ['an entry point below the highest level', { entryPoint: 2 }],
    ['a highest level without rows', { maxLevel: 2 }],
    ['a highest level that no row can have', { maxLevel: 256 }],
    ['a highest level below rows', { entryPoint: 2, maxLevel: 0 }],
  ])('header with %s', (_, header) => {
    isCorrupt(graphByHand(header));
  });

  test.each([
    ['too many links', 0, 2 * 5 + 1],
    ['flags that say nothing', 1, 0],
    ['a level without lists', 13, 2 * 1],
    ['a level above the highest', 1, 2 * 2],
    ['a link to no row', 3, 1],
    ['a link to itself', 2, 0],
    ['too many links above level 0', 4, 3],
    ['a link above level 0 to a row that is not there', 5, 2],
  ])('row with %s', (_, at, to) => {
    isCorrupt(graphByHand({}, ROWS.with(at, to)));
  });

  test.each([
    ['longer than needed', [0x80, 0x00]],
    ['of more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00]],
  ])('number %s', (_, number) => {
    isCorrupt(graphByHand({}, [...ROWS.slice(0, -1), ...number]));
  });

  test('too many links above level 0, with room for them', () => {
    isCorrupt(graphByHand({}, [...ROWS.slice(0, 4), 3, 1, 0, 0, ...ROWS.slice(6)]));
  });

  test('an entry point beyond rows of level 0', () => {
    const rows = [2 * 1, 1, 2 * 1, 0];
    expect(parseGraph(graphByHand({ count: 2, maxLevel: 0 }, rows)).count).toBe(2);
    isCorrupt(graphByHand({ count: 2, maxLevel: 0, entryPoint: 2 }, rows));
  });
});

describe('damage', () => {
  const bytes = build(60).then((index) => index.graph());
  const flat = vectors.subarray(0, 60 * DIM);

  /** What damage may lead to: a coded error, or answers that are true as far as they go. */
  async function expectErrorOrTruth(graph: Uint8Array): Promise<void> {
    let index: HnswIndex;
    try {
      index = await load(graph, flat);
    } catch (error) {
      expect(error).toBeInstanceOf(AfterimageError);
      expect(['index-corrupt', 'dimension-mismatch']).toContain((error as AfterimageError).code);
      return;
    }
    // A link changed into another that is valid: the search may miss rows, but what it finds is there and scored right.
    for (const query of queries.slice(0, 3)) {
      const hits = index.search(query, { k: 20 });
      expect(new Set(hits.map(({ row }) => row)).size).toBe(hits.length);
      for (const { row, similarity } of hits) expect(similarity).toBeCloseTo(dot(query, rows[row] as Embedding), 5);
    }
    index.add(queries[0] as Embedding);
    index.dispose();
  }

  test('any truncation is index-corrupt', async () => {
    const graph = await bytes;
    for (let length = 0; length < graph.length; length++) {
      expect(() => parseGraph(graph.slice(0, length))).toThrow(expect.objectContaining({ code: 'index-corrupt' }));
    }
    await expect(load(graph.slice(0, graph.length - 1), flat)).rejects.toMatchObject({ code: 'index-corrupt' });
    await expect(load(new Uint8Array([...graph, 0]), flat)).rejects.toMatchObject({ code: 'index-corrupt' });
  });

  test('flipped bits', async () => {
    const graph = await bytes;
    const bits = fc.array(fc.nat(graph.length * 8 - 1), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(bits, async (flips) => {
        const damaged = graph.slice();
        for (const bit of flips) damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expectErrorOrTruth(damaged);
      }),
      { numRuns: 150 },
    );
  });

  test('a header overwritten', async () => {
    const graph = await bytes;
    const words = fc.record({
      at: fc.nat(GRAPH_HEADER_BYTES / 4 - 1),
      value: fc.oneof(fc.nat(64), fc.integer(), fc.constantFrom(-1, 0x7fffffff)),
    });
    await fc.assert(
      fc.asyncProperty(words, async ({ at, value }) => {
        const damaged = graph.slice();
        new DataView(damaged.buffer).setInt32(at * 4, value, true);
        await expectErrorOrTruth(damaged);
      }),
      { numRuns: 100 },
    );
  });

  test('bytes overwritten', async () => {
    const graph = await bytes;
    const place = fc.integer({ min: GRAPH_HEADER_BYTES, max: graph.length - 1 });
    await fc.assert(
      fc.asyncProperty(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)), async (at, value) => {
        await expectErrorOrTruth(graph.with(at, value));
      }),
      { numRuns: 150 },
    );
  });

  test('bytes that were never a graph', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        expect(() => parseGraph(noise)).toThrow(expect.objectContaining({ code: 'index-corrupt' }));
      }),
    );
  });
});
