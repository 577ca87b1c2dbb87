import { describe, expect, test } from 'vitest';
import { abortable } from '../../engine/async/abortable.ts';
import type { Encoding, IndexKind, IndexWay } from '../../engine/collection/types.ts';
import type { ExactIndex } from '../../engine/index/exact/exact-index.ts';
import { checkDim } from '../../engine/numeric/dimension.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import { toRanking } from '../../engine/search/ranking.ts';
import type { Retriever } from '../../engine/search/retriever.ts';
import { createTestCollection, DIM, openTestCollection } from './testing-collections.ts';
import { describeRetriever } from './testing-retrievers.ts';

const [query] = clusteredVectors(20, DIM, 2) as [Embedding];

interface Case {
  readonly name: string;
  /** Of the collection. */
  readonly kind: IndexKind;
  readonly encoding: Encoding;
  /** How it is opened; undefined: it is searched elsewhere. */
  readonly way?: IndexWay;
  /** Least mean recall@10; 1: the ranking is the exact one. */
  readonly recall: number;
}

const cases: readonly Case[] = [
  { name: 'exact, float32', kind: 'exact', encoding: 'f32', way: 'exact', recall: 1 },
  { name: 'exact, halves', kind: 'exact', encoding: 'f16', way: 'exact', recall: 1 },
  { name: 'exact, int8', kind: 'exact', encoding: 'int8', way: 'exact', recall: 0.99 },
  { name: 'graph', kind: 'hnsw', encoding: 'int8', way: 'hnsw', recall: 0.95 },
  { name: 'codes', kind: 'codes', encoding: 'int8', way: 'codes', recall: 0.95 },
  { name: 'blocks', kind: 'codes', encoding: 'int8', way: 'blocks', recall: 0.85 },
  { name: 'cells', kind: 'cells', encoding: 'int8', way: 'cells', recall: 0.9 },
  { name: 'slow, elsewhere', kind: 'exact', encoding: 'f32', recall: 1 },
];

/** An engine that is asked over a network: it answers late, and some ranks at a time. */
function createSlowRetriever(index: ExactIndex): Retriever {
  return {
    kind: 'exact',
    dim: index.dim,
    size: index.size,
    pageSize: 300,
    async retrieve(query, { k, filter, signal }) {
      signal?.throwIfAborted();
      checkDim(query.length, index.dim);
      await abortable(new Promise((resolve) => setTimeout(resolve, 5)), signal);
      return { ...toRanking(index.search(query, { k, ...(filter && { filter }) })), approximate: false };
    },
    dispose: () => {},
  };
}

for (const { name, kind, encoding, way, recall } of cases) {
  describeRetriever(name, {
    kind,
    recall,
    async create() {
      const collection = await createTestCollection(kind, encoding);
      if (!way) return { collection, retriever: createSlowRetriever(collection.truth) };
      const { arrived, retriever } = await openTestCollection(collection, way);
      await arrived;
      return { collection, retriever };
    },
  });
}

describe.each(['blocks', 'cells', 'elsewhere'] as const)('where it takes time (%s)', (where) => {
  /** One whose network is stopped by `hold` and set going again by what that returns. */
  async function createHeld() {
    let gate: Promise<void> = Promise.resolve();
    const hold = () => {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    };
    if (where === 'elsewhere') {
      const { truth } = await createTestCollection('exact', 'f32');
      return { retriever: createSlowRetriever(truth), hold };
    }
    const collection = await createTestCollection(where === 'cells' ? 'cells' : 'codes', 'int8');
    const { retriever } = await openTestCollection(collection, where, (source) => ({
      readRange: (...given) => gate.then(() => source.readRange(...given)),
    }));
    return { retriever, hold };
  }

  test('an abort ends the wait with its reason, and what comes later is dropped', async () => {
    const { retriever, hold } = await createHeld();
    const release = hold();
    const controller = new AbortController();
    const reason = new Error('Another was asked for.');
    const { signal } = controller;
    const waiting = retriever.retrieve(query, { k: 10, signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    release();
    expect((await retriever.retrieve(query, { k: 10 })).rows).toHaveLength(10);
  });
});
