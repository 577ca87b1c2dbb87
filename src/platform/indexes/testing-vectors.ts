/** What every VectorSource does, whatever holds its vectors. */
import { beforeAll, describe, expect, test } from 'vitest';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import type { VectorSource } from '../../engine/search/vector-source.ts';
import { COUNT, DIM, type TestCollection } from './testing-collections.ts';

/** Which rows are asked for: not in their order, one of them twice. */
export const asked = [COUNT - 1, 0, 700, 3, 700, 40, 1200];

export interface VectorsUnderTest {
  /** Least cosine of what is given to what was put in. */
  readonly cosine: number;
  create(): Promise<{ readonly collection: TestCollection; readonly vectors: VectorSource }>;
}

export function describeVectors(title: string, { cosine, create }: VectorsUnderTest): void {
  describe(title, () => {
    let collection: TestCollection;
    let source: VectorSource;
    beforeAll(async () => {
      ({ collection, vectors: source } = await create());
    });

    test('gives true vectors of unit norm, in the order in which they are asked for', async () => {
      const vectors = await source.vectorsOf(asked);
      expect(vectors).toHaveLength(asked.length);
      vectors.forEach((vector, i) => {
        const right = collection.vectors[asked[i] as number] as Embedding;
        expect(vector).toHaveLength(DIM);
        expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThan(1e-5);
        expect(dot(vector, right)).toBeGreaterThanOrEqual(cosine);
      });
    });

    test('all rows, and none', async () => {
      const all = await source.vectorsOf(Array.from({ length: COUNT }, (_, row) => row));
      const cosines = all.map((vector, row) => dot(vector, collection.vectors[row] as Embedding));
      expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.999);
      expect(await source.vectorsOf([])).toEqual([]);
    });

    test('what it gave is the caller’s', async () => {
      const before = await source.vectorsOf(asked);
      for (const vector of await source.vectorsOf(asked)) vector.fill(0);
      expect(await source.vectorsOf(asked)).toEqual(before);
    });

    test.each([-1, COUNT, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('there is no row %s', async (row) => {
      await expect(source.vectorsOf([0, row])).rejects.toMatchObject({ code: 'row-unknown' });
    });

    test('a wait that is given up has not begun', async () => {
      const reason = new Error('Nobody wants it.');
      await expect(source.vectorsOf(asked, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
}
