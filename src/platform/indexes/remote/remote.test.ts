import { describe, expect, test } from 'vitest';
import type { RemoteLocation } from '../../../engine/collection/extensions/remote.ts';
import { createBitset, setBit } from '../../../engine/index/bitset.ts';
import { dot, type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../../engine/numeric/testing-vectors.ts';
import { checkRemote, REMOTE_FINGERPRINT, REMOTE_MODEL, toCosine } from './check-remote.ts';
import type { ChromaQuery } from './chroma.ts';
import { createRemoteRetriever } from './remote-retriever.ts';
import { decodeSample, encodeSample, sampleRows } from './sample.ts';

const location: RemoteLocation = {
  ...{ engine: 'chroma', url: 'http://localhost:8000', tenant: 'default_tenant', database: 'default_database' },
  ...{ collection: 'holidays', space: 'cosine' },
};
const manifest = { name: 'holidays', count: 3, dim: 8, fingerprint: 'ab', model: { id: 'm', sha256: 'cd' } };
const state = {
  ...{ id: '1', dim: 8, space: 'cosine' as const },
  metadata: { [REMOTE_MODEL]: 'cd', [REMOTE_FINGERPRINT]: 'ab' } as unknown,
};

describe('a server’s collection', () => {
  test('that holds these pictures is taken', () => {
    expect(() => checkRemote(state, location, manifest)).not.toThrow();
  });

  test.each([
    ['another space', { space: 'l2' as const }, 'remote-mismatch'],
    ['a space that is not known', { space: undefined }, 'remote-mismatch'],
    ['another dimension', { dim: 9 }, 'remote-mismatch'],
    ['another model', { metadata: { [REMOTE_MODEL]: 'ef', [REMOTE_FINGERPRINT]: 'ab' } }, 'remote-mismatch'],
    ['nothing that is said of it', { metadata: null }, 'remote-mismatch'],
    ['other pictures', { metadata: { [REMOTE_MODEL]: 'cd', [REMOTE_FINGERPRINT]: 'aa' } }, 'remote-outdated'],
    ['not all of them yet', { metadata: { [REMOTE_MODEL]: 'cd', [REMOTE_FINGERPRINT]: '' } }, 'remote-outdated'],
  ])('of %s is refused', (_, changes, code) => {
    expect(() => checkRemote({ ...state, ...changes }, location, manifest)).toThrow(expect.objectContaining({ code }));
  });
});

test('distances of all spaces are cosines again', () => {
  const [a, b] = clusteredVectors(2, 8, 3) as [Embedding, Embedding];
  const cosine = dot(a, b);
  const squared = a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
  expect(toCosine(1 - cosine, 'cosine')).toBeCloseTo(cosine, 6);
  expect(toCosine(1 - cosine, 'ip')).toBeCloseTo(cosine, 6);
  expect(toCosine(squared, 'l2')).toBeCloseTo(cosine, 5);
  // Rounding: nothing is nearer than the same.
  expect(toCosine(-1e-7, 'cosine')).toBe(1);
  expect(toCosine(4.0001, 'l2')).toBe(-1);
});

describe('the sample', () => {
  const identity = { count: 700, dim: 8, fingerprint: '0123456789abcdef0123456789abcdef' };
  const vectors = clusteredVectors(700, 8, 4);
  const section = encodeSample(
    sampleRows(700).map((row) => vectors[row] as Embedding),
    identity,
  );

  test('holds vectors as well as statistics need them', () => {
    expect(section).toHaveLength(32 + 512 * 12);
    const { vectors: read, ...rest } = decodeSample(section, identity);
    expect(rest).toEqual({ count: 700, dim: 8 });
    for (const [i, row] of sampleRows(700).entries()) {
      const one = normalise(read.slice(8 * i, 8 * i + 8));
      expect(dot(one, vectors[row] as Embedding)).toBeGreaterThan(0.9999);
    }
    // Read from the middle of other bytes, it is the same.
    const within = new Uint8Array(section.length + 1);
    within.set(section, 1);
    expect(decodeSample(within.subarray(1), identity).vectors).toEqual(read);
  });

  test('of other pictures is refused', () => {
    for (const changes of [{ count: 701 }, { dim: 9 }, { fingerprint: 'f'.repeat(32) }]) {
      expect(() => decodeSample(section, { ...identity, ...changes })).toThrow(
        expect.objectContaining({ code: 'part-corrupt' }),
      );
    }
    expect(() => decodeSample(section.subarray(1), identity)).toThrow(
      expect.objectContaining({ code: 'part-corrupt' }),
    );
  });
});

describe('questions to a server', () => {
  const count = 50_000;
  const asked: ChromaQuery[] = [];
  /** Row r is r hundred-thousandths away; each `missed`-th is not found unless it is named. */
  function open(missed = Number.POSITIVE_INFINITY, rename = (row: number) => `id-${row}`) {
    asked.length = 0;
    const query = async (_: string, question: ChromaQuery) => {
      asked.push(question);
      const rows = question.ids
        ? question.ids.map((id) => Number(id.slice(3)))
        : Array.from({ length: count }, (_, row) => row);
      const found = question.ids ? rows : rows.filter((row) => (row + 1) % missed !== 0);
      const hits = found.sort((a, b) => a - b).slice(0, question.results);
      return hits.map((row) => ({ id: rename(row), row, distance: row / 100_000 }));
    };
    const idsOf = async (rows: readonly number[]) => rows.map((row) => `id-${row}`);
    return createRemoteRetriever({ chroma: { query }, id: '1', space: 'cosine', dim: 8, count, idsOf });
  }
  const query = clusteredVectors(1, 8, 5)[0] as Embedding;
  const filterOf = (...rows: number[]) => {
    const filter = createBitset(count);
    for (const row of rows) setBit(filter, row);
    return filter;
  };
  const every = (n: number) => filterOf(...Array.from({ length: Math.floor(count / n) }, (_, i) => n * i));

  test('few rows that pass are named, and all of them asked for', async () => {
    const { rows } = await open().retrieve(query, { k: 2, filter: filterOf(40_000, 7, 300) });
    expect([...rows]).toEqual([7, 300]);
    expect(asked).toMatchObject([{ ids: ['id-7', 'id-300', 'id-40000'], results: 3 }]);
  });

  test('some are named', async () => {
    await open().retrieve(query, { k: 200, filter: every(25) });
    expect(asked).toMatchObject([{ results: 232 }]);
    expect(asked[0]?.ids).toHaveLength(2000);
  });

  test('of many, so many results are asked for that enough of them pass', async () => {
    const { rows } = await open().retrieve(query, { k: 200, filter: every(2) });
    expect([...rows]).toEqual(Array.from({ length: 200 }, (_, i) => 2 * i));
    expect(asked).toMatchObject([{ ids: undefined, results: 432 }]);
  });

  test('and more, where these are far away', async () => {
    const far = filterOf(...Array.from({ length: count / 2 }, (_, i) => count / 2 + i));
    const { rows } = await open().retrieve(query, { k: 200, filter: far });
    expect(rows[0]).toBe(25_000);
    expect(rows).toHaveLength(200);
    expect(asked.length).toBeGreaterThan(3);
  });

  test('rows that the server’s index misses are asked for by their ids where all are wanted', async () => {
    const { rows } = await open(100).retrieve(query, { k: count });
    expect(rows).toHaveLength(count);
    expect(asked.at(-1)?.ids).toHaveLength(500);
  });

  test('a server that has other pictures in these rows is not believed', async () => {
    const renamed = open(undefined, (row) => `other-${row}`);
    await expect(renamed.retrieve(query, { k: 5 })).rejects.toMatchObject({ code: 'remote-outdated' });
  });

  test('nor one that has lost some', async () => {
    const chroma = { query: async () => [] };
    const idsOf = async (rows: readonly number[]) => rows.map(String);
    const empty = createRemoteRetriever({ chroma, id: '1', space: 'cosine', dim: 8, count: 10, idsOf });
    await expect(empty.retrieve(query, { k: 5 })).rejects.toMatchObject({ code: 'remote-outdated' });
  });
});
