import { beforeAll, describe, expect, test } from 'vitest';
import { finish } from '../../../engine/async/steps.ts';
import { type Collection, readCollection } from '../../../engine/collection/reader.ts';
import { createMemorySource, type Files, sampleContent, writeCollection } from '../../../engine/collection/testing.ts';
import { reorderVectors, storeVectors, toFloat32 } from '../../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { createExactIndex, type ExactIndex } from '../../../engine/index/exact/exact-index.ts';
import { createKernels } from '../../../engine/kernels/load.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../../engine/numeric/testing-vectors.ts';
import type { ByteSource } from '../../../engine/ports.ts';
import { drawRows } from '../../../engine/search/cutoff.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../../../indexing/indexes/make-codes.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { loadIndex } from '../compose-search.ts';

const [COUNT, DIM] = [3000, 64];
const queries = clusteredVectors(20, DIM, 2);
const files: Files = new Map();
let truth: ExactIndex;
let source: ByteSource;
let ranges: number;

beforeAll(async () => {
  const unordered = storeVectors(flatten(clusteredVectors(COUNT, DIM), DIM), DIM, 'int8');
  const { order, codes } = await makeCodes(unordered, () => {}, new AbortController().signal);
  const vectors = finish(reorderVectors(unordered, order));
  truth = createExactIndex(toFloat32(vectors), DIM);
  const rest = { vectors, codes, graph: undefined, index: 'codes', rowsPerBlock: ROWS_PER_CODED_BLOCK } as const;
  await writeCollection(
    sampleContent(sha256, COUNT, DIM, { ...rest, limits: { partBytes: 60_000, blockBytes: 20_000 } }),
    files,
  );
  source = createMemorySource(files, sha256);
});

function open(changes: Partial<ByteSource> = {}): Promise<Collection> {
  ranges = 0;
  const readRange: ByteSource['readRange'] = (...given) => {
    ranges++;
    return source.readRange(...given);
  };
  return readCollection({ ...source, readRange, ...changes }, sha256, 'holidays');
}

/** Mean recall@10, and whether any of the scores was an estimate. */
function measure(search: (query: Embedding) => readonly { row: number; approximate?: true }[]) {
  let found = 0;
  let estimated = false;
  for (const query of queries) {
    const right = new Set(truth.search(query, { k: 10 }).map(({ row }) => row));
    for (const { row, approximate } of search(query).slice(0, 10)) {
      if (right.has(row)) found++;
      if (approximate) estimated = true;
    }
  }
  return { recall: found / (10 * queries.length), estimated };
}

test('when all vectors have arrived, answers are as good as exact ones', async () => {
  const { index, arrived, sample, retriever } = await loadIndex(await open(), 'auto');
  expect(index).toMatchObject({ kind: 'codes', size: COUNT, dim: DIM });
  await arrived;
  const { recall, estimated } = measure((query) => index.search(query, { k: 10 }));
  expect(recall).toBeGreaterThan(0.97);
  expect(estimated).toBe(false);
  expect(sample).toMatchObject({ dim: DIM, count: COUNT, vectors: { length: drawRows(COUNT).length * DIM } });
  const all = await retriever.retrieve(queries[0] as Embedding, { k: COUNT });
  expect(new Set(all.rows).size).toBe(COUNT);
  expect(all.approximate).toBe(false);
});

test('before any vector has arrived, codes answer, and say that they estimate', async () => {
  const isVectors = (path: string) => path.includes('/vectors-');
  const read: ByteSource['read'] = (path, ...rest) =>
    isVectors(path) ? new Promise(() => {}) : source.read(path, ...rest);
  const { index, retriever } = await loadIndex(await open({ read }), 'auto');
  const { recall, estimated } = measure((query) => index.search(query, { k: 10 }));
  expect(recall).toBeGreaterThan(0.5);
  expect(estimated).toBe(true);
  const all = await retriever.retrieve(queries[0] as Embedding, { k: COUNT });
  expect(new Set(all.rows).size).toBe(COUNT);
  expect(all.approximate).toBe(true);
});

test('vectors that nobody waits for are not begun before it is calm', async () => {
  let begun = 0;
  const collection = await open();
  const streamVectors: typeof collection.streamVectors = (take) => {
    begun++;
    return collection.streamVectors(take);
  };
  let settle = () => {};
  const calm = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const { index, arrived } = await loadIndex({ ...collection, streamVectors, calm }, 'auto');
  expect(index.search(queries[0] as Embedding, { k: 10 })).toHaveLength(10);
  expect(begun).toBe(0);
  settle();
  await arrived;
  expect(begun).toBe(1);
  // Of the exact index the answer waits for them.
  await loadIndex({ ...collection, streamVectors, calm: new Promise(() => {}) }, 'exact');
  expect(begun).toBe(2);
});

describe('when the network goes while vectors arrive', () => {
  const isVectors = (path: string) => path.includes('/vectors-');

  /** Parts of the vectors after the first one fail as `faults` says, then come. `retries`: what was waited for. */
  async function openFaulty(faults: AfterimageError[], retries: number[], wait = async () => {}) {
    let first: string | undefined;
    const read: ByteSource['read'] = async (path, ...rest) => {
      const fault = isVectors(path) && path !== first ? faults.shift() : undefined;
      if (fault) throw fault;
      return source.read(path, ...rest);
    };
    const collection = await open({ read });
    first = collection.parts('vectors')[0]?.path;
    const untilRetry = (failures: number) => {
      retries.push(failures);
      return wait();
    };
    return loadIndex({ ...collection, untilRetry }, 'auto');
  }
  const away = (code: 'network' | 'offline') => new AfterimageError(code, 'Away.');

  test.each(['network', 'offline'] as const)('they go on arriving when it is back (%s)', async (code) => {
    const retries: number[] = [];
    const { index, arrived } = await openFaulty([away(code)], retries);
    await arrived;
    expect(retries).toHaveLength(1);
    const { recall, estimated } = measure((query) => index.search(query, { k: 10 }));
    expect(recall).toBeGreaterThan(0.97);
    expect(estimated).toBe(false);
  });

  test('the next search tries again, and answers meanwhile', async () => {
    const retries: number[] = [];
    const never = () => new Promise<void>(() => {});
    const { index, arrived, retriever } = await openFaulty([away('network')], retries, never);
    await expect.poll(() => retries).toHaveLength(1);
    expect(measure((query) => index.search(query, { k: 10 })).estimated).toBe(true);
    expect((await retriever.retrieve(queries[0] as Embedding, { k: 10 })).rows).toHaveLength(10);
    await arrived;
    expect(measure((query) => index.search(query, { k: 10 })).estimated).toBe(false);
  });

  test('what is there is not read again', async () => {
    const isLast = (path: string) => path === last;
    const begun: string[] = [];
    let running = 0;
    let faults = 3;
    const read: ByteSource['read'] = async (path, ...rest) => {
      if (isVectors(path)) begun.push(path);
      if (isLast(path) && faults-- > 0) throw away('network');
      running++;
      return source.read(path, ...rest).finally(() => running--);
    };
    const untilRetry = () => expect.poll(() => running).toBe(0);
    const collection = await open({ read });
    const paths = collection.parts('vectors').map((part) => part.path);
    const last = paths.at(-1) as string;
    const { index, arrived } = await loadIndex({ ...collection, untilRetry }, 'auto');
    await arrived;
    expect(paths.length).toBeGreaterThan(3);
    expect(begun.filter((path) => !isLast(path)).sort()).toEqual(paths.slice(0, -1).sort());
    expect(begun.filter(isLast)).toHaveLength(4);
    expect(measure((query) => index.search(query, { k: 10 })).estimated).toBe(false);
  });

  test('what brings nothing again and again is told how often it failed', async () => {
    const retries: number[] = [];
    const faults = Array.from({ length: 12 }, () => away('network'));
    const { arrived } = await openFaulty(faults, retries);
    await arrived;
    expect(retries[0]).toBe(1);
    expect(Math.max(...retries)).toBeGreaterThan(1);
  });

  test('damage is not tried again', async () => {
    const retries: number[] = [];
    const { arrived } = await openFaulty([new AfterimageError('part-corrupt', 'Damaged.')], retries);
    await expect(arrived).rejects.toMatchObject({ code: 'part-corrupt' });
    expect(retries).toEqual([]);
  });
});

describe('with blocks on demand', () => {
  test('only the blocks of candidates are read, each once', async () => {
    const { index, retriever, onDemand } = await loadIndex(await open(), 'blocks');
    expect(onDemand).toBe(true);
    const before = ranges;
    for (const query of queries) await retriever.retrieve(query, { k: 10 });
    const read = ranges - before;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThanOrEqual(Math.ceil(COUNT / ROWS_PER_CODED_BLOCK));
    for (const query of queries) await retriever.retrieve(query, { k: 10 });
    expect(ranges - before).toBe(read);
    expect(measure((query) => index.search(query, { k: 10 })).recall).toBeGreaterThan(0.85);
  });

  test.each(['offline', 'network'] as const)('what cannot be fetched (%s) stays an estimate', async (code) => {
    let away = false;
    const readRange: ByteSource['readRange'] = (...given) =>
      away ? Promise.reject(new AfterimageError(code, 'Away.')) : source.readRange(...given);
    const { index, retriever } = await loadIndex(await open({ readRange }), 'blocks');
    const [query] = queries as [Embedding];
    away = true;
    for (const query of queries) expect((await retriever.retrieve(query, { k: 10 })).unreachable).toBe(true);
    expect(measure((query) => index.search(query, { k: 10 })).estimated).toBe(true);
    away = false;
    for (const query of queries) expect((await retriever.retrieve(query, { k: 10 })).unreachable).toBeUndefined();
    expect(index.search(query, { k: 10 })[0]?.approximate).toBeUndefined();
  });
});

describe('where memory cannot be had', () => {
  /** Kernels that get no more than `most` bytes. */
  const within = (most: number) => (bytes: number) => {
    if (bytes > most) throw new AfterimageError('index-too-large', `Refused ${bytes} bytes.`);
    return createKernels(bytes);
  };
  /** The codes take 96 kB and what a scan writes; all vectors 192 kB and more, some of them less. */
  const forCodes = { kernels: within(185_000), heldRows: 500 };

  test.each(['auto', 'exact', 'codes'] as const)(
    'codes answer, and vectors are fetched for them (%s)',
    async (wanted) => {
      const { index, retriever, onDemand, reason } = await loadIndex(await open(), wanted, forCodes);
      expect(index.kind).toBe('codes');
      expect(onDemand).toBe(true);
      expect(reason).toMatch(/Refused \d+ bytes\..*fetched/);
      let found = 0;
      for (const query of queries) {
        await retriever.retrieve(query, { k: 10 });
        const right = new Set(truth.search(query, { k: 10 }).map(({ row }) => row));
        const hits = index.search(query, { k: 10 });
        found += hits.filter(({ row, approximate }) => right.has(row) && !approximate).length;
      }
      expect(found / (10 * queries.length)).toBeGreaterThan(0.85);
    },
  );

  test.each([
    ['codes', ['graph', 'codes'], /^No heap\. Its codes/],
    ['exact', ['graph'], /^No heap\. Every picture/],
  ] as const)('for the graph: %s answers', async (kind, has, reason) => {
    const collection = await open();
    const refused = async () => Promise.reject(new AfterimageError('index-too-large', 'No heap.'));
    const loaded = await loadIndex(
      {
        ...collection,
        manifest: { ...collection.manifest, index: 'hnsw' },
        has: (part) => has.some((one) => one === part),
        graph: refused,
      },
      'auto',
    );
    expect(loaded.index).toMatchObject({ kind, size: COUNT });
    expect(loaded.reason).toMatch(reason);
    await loaded.arrived;
    expect(measure((query) => loaded.index.search(query, { k: 10 })).recall).toBeGreaterThan(0.97);
  });

  test.each(['auto', 'hnsw', 'exact', 'codes', 'blocks'] as const)('nor for codes, it is said (%s)', async (wanted) => {
    const loading = loadIndex(await open(), wanted, { ...forCodes, kernels: within(1000) });
    await expect(loading).rejects.toMatchObject({
      code: 'index-too-large',
      message: expect.stringMatching(/^This collection of 3,000 pictures is too large /),
    });
  });
});

test.each(['auto', 'blocks'] as const)('damaged vectors are an error (%s)', async (wanted) => {
  const damaged = new Map(files);
  const paths = [...files.keys()].filter((path) => path.includes('/vectors-'));
  for (const path of paths)
    damaged.set(
      path,
      (files.get(path) as Uint8Array).map((byte, i) => (i < 400 ? byte : byte ^ 1)),
    );
  source = createMemorySource(damaged, sha256);
  try {
    const { retriever, arrived } = await loadIndex(await open(), wanted);
    await arrived.catch(() => undefined);
    const all = Promise.all(queries.map((query) => retriever.retrieve(query, { k: 10 })));
    await expect(all).rejects.toMatchObject({ code: 'part-corrupt' });
  } finally {
    source = createMemorySource(files, sha256);
  }
});
