import { beforeAll, describe, expect, test } from 'vitest';
import type { Encoding, IndexKind, IndexWay } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import type { ByteSource } from '../../engine/ports.ts';
import { createTestCollection, DIM, openTestCollection, type TestCollection } from './testing-collections.ts';
import { asked, describeVectors } from './testing-vectors.ts';

interface Case {
  readonly name: string;
  readonly kind: IndexKind;
  readonly encoding: Encoding;
  readonly way: IndexWay;
  /** Vectors that arrive behind are still on their way. */
  readonly arriving?: true;
}

const cases: readonly Case[] = [
  { name: 'exact, float32', kind: 'exact', encoding: 'f32', way: 'exact' },
  { name: 'exact, halves', kind: 'exact', encoding: 'f16', way: 'exact' },
  { name: 'exact, int8', kind: 'exact', encoding: 'int8', way: 'exact' },
  { name: 'graph, float32', kind: 'hnsw', encoding: 'f32', way: 'hnsw' },
  { name: 'graph, halves', kind: 'hnsw', encoding: 'f16', way: 'hnsw' },
  { name: 'graph, int8', kind: 'hnsw', encoding: 'int8', way: 'hnsw' },
  { name: 'codes', kind: 'codes', encoding: 'int8', way: 'codes' },
  { name: 'codes, vectors on their way', kind: 'codes', encoding: 'int8', way: 'codes', arriving: true },
  { name: 'blocks', kind: 'codes', encoding: 'int8', way: 'blocks' },
  { name: 'cells', kind: 'cells', encoding: 'int8', way: 'cells' },
];

const never = () => new Promise<never>(() => {});

function open(collection: TestCollection, { way, arriving }: Case, changes?: Parameters<typeof openTestCollection>[2]) {
  return openTestCollection(collection, way, changes, arriving ? { streamVectors: never } : {});
}

for (const tested of cases) {
  describeVectors(tested.name, {
    cosine: tested.encoding === 'int8' ? 0.999 : 0.99999,
    async create() {
      const collection = await createTestCollection(tested.kind, tested.encoding);
      const { arrived, vectors } = await open(collection, tested);
      if (!tested.arriving) await arrived;
      return { collection, vectors };
    },
  });
}

describe.each(cases)('$name, changed', (tested) => {
  let collection: TestCollection;
  beforeAll(async () => {
    collection = await createTestCollection(tested.kind, tested.encoding);
  });

  test('rows that were added are there, and removed ones are not', async () => {
    const changed = await open(collection, tested);
    const vector = clusteredVectors(1, DIM, 9)[0] as Embedding;
    const row = changed.index.add(vector);
    const [added] = await changed.vectors.vectorsOf([row]);
    expect(dot(added as Embedding, vector)).toBeGreaterThanOrEqual(0.999);
    for (const gone of [7, row]) {
      changed.index.remove(gone);
      await expect(changed.vectors.vectorsOf([3, gone])).rejects.toMatchObject({ code: 'row-unknown' });
    }
    expect(await changed.vectors.vectorsOf([3])).toHaveLength(1);
    changed.retriever.dispose();
  });
});

describe.each(cases.filter(({ way, arriving }) => way === 'blocks' || way === 'cells' || arriving))(
  '$name, over a network',
  (tested) => {
    let collection: TestCollection;
    beforeAll(async () => {
      collection = await createTestCollection(tested.kind, tested.encoding);
    });

    /** Opened with a network that does `fault` from then on. */
    async function openThen(
      fault: (source: ByteSource, ...given: Parameters<ByteSource['readRange']>) => Promise<Uint8Array>,
    ) {
      let isOpen = false;
      const { vectors } = await open(collection, tested, (source) => ({
        readRange: (...given) => (isOpen ? fault(source, ...given) : source.readRange(...given)),
      }));
      isOpen = true;
      return vectors;
    }

    test('reads each block once, of the rows that are wanted', async () => {
      let reads = 0;
      const vectors = await openThen((source, ...given) => {
        reads++;
        return source.readRange(...given);
      });
      await vectors.vectorsOf([0, 1, 2, 0]);
      expect(reads).toBe(tested.way === 'cells' ? 2 : 1); // the members of the cell say which bytes the block has
    });

    test.each(['offline', 'network', 'part-corrupt'] as const)('says what is wrong (%s)', async (code) => {
      const vectors = await openThen(async () => Promise.reject(new AfterimageError(code, 'Injected.')));
      await expect(vectors.vectorsOf(asked)).rejects.toMatchObject({ code });
    });

    test('is there when the network is back', async () => {
      let away = true;
      const vectors = await openThen((source, ...given) =>
        away ? Promise.reject(new AfterimageError('network', 'Away.')) : source.readRange(...given),
      );
      await expect(vectors.vectorsOf(asked)).rejects.toMatchObject({ code: 'network' });
      away = false;
      expect(await vectors.vectorsOf(asked)).toHaveLength(asked.length);
    });

    test('an abort ends the wait with its reason', async () => {
      const vectors = await openThen(never);
      const controller = new AbortController();
      const reason = new Error('Nobody wants it.');
      const waiting = vectors.vectorsOf(asked, { signal: controller.signal });
      await Promise.resolve();
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
    });
  },
);
