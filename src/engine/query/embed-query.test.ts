import { describe, expect, test, vi } from 'vitest';
import { dot, type Embedding, normalise } from '../numeric/embedding.ts';
import { clusteredVectors } from '../numeric/testing-vectors.ts';
import { embedQuery, type TermSources } from './embed-query.ts';
import type { Term } from './query.ts';

const DIM = 12;
const vectors = clusteredVectors(20, DIM);
const [dog, cat, photo] = clusteredVectors(3, DIM, 99) as [Embedding, Embedding, Embedding];
const KNOWN: Readonly<Record<string, Embedding>> = { dog, cat };
const SHA256 = 'ab'.repeat(32);

const sources = {
  words: async (text) => KNOWN[text] as Embedding,
  rowOf: async (id) => Number(id),
  vectors: { vectorsOf: vi.fn(async (rows: readonly number[]) => rows.map((row) => vectors[row] as Embedding)) },
  collection: 'pictures',
  picture: () => photo,
} satisfies TermSources;

const words = (text: string, weight = 1): Term => ({ kind: 'words', text, weight });
const item = (row: number, weight = 1, collection: string | null = null): Term => ({
  ...{ kind: 'item', id: String(row), collection, weight },
});
const embed = (terms: readonly Term[], other: Partial<TermSources> = {}) =>
  embedQuery({ terms, filters: [] }, { ...sources, ...other });
const withCode = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a single term', () => {
  test('of positive weight is the very embedding of its source', async () => {
    expect(await embed([words('dog')])).toBe(dog);
    expect(await embed([words('dog', 0.5)])).toBe(dog);
    expect(await embed([item(3)])).toBe(vectors[3]);
    expect(await embed([{ kind: 'picture', sha256: SHA256, weight: 1 }])).toBe(photo);
  });

  test('that is pushed away is the opposite', async () => {
    const away = await embed([words('dog', -1)]);
    expect(dot(away, dog)).toBeCloseTo(-1, 6);
    expect(dog[0], 'which leaves the source as it was').toBe(clusteredVectors(3, DIM, 99)[0]?.[0]);
  });
});

test('terms are added by their weights, of which what is pushed away counts a quarter, and the sum has unit norm', async () => {
  const found = await embed([
    words('dog', 2),
    words('cat', -0.5),
    item(7),
    { kind: 'picture', sha256: SHA256, weight: 1 },
  ]);
  const sum = Float32Array.from(
    dog,
    (value, j) => 2 * value - 0.25 * 0.5 * (cat[j] as number) + (vectors[7]?.[j] as number) + (photo[j] as number),
  );
  const right = normalise(sum);
  found.forEach((value, j) => {
    expect(value).toBeCloseTo(right[j] as number, 6);
  });
  expect(dot(found, found)).toBeCloseTo(1, 6);
});

test('vectors of items are asked for together, in order', async () => {
  sources.vectors.vectorsOf.mockClear();
  await embed([item(5), words('dog'), item(2, -1), item(5)]);
  expect(sources.vectors.vectorsOf.mock.calls).toEqual([[[5, 2, 5]]]);
});

describe('refused is', () => {
  test('nothing', async () => {
    await expect(embed([])).rejects.toEqual(withCode('query-empty'));
  });

  test('what cancels itself out', async () => {
    await expect(embed([words('dog'), words('dog', -4)])).rejects.toEqual(withCode('query-empty', /cancel/));
    await expect(embed([words('dog', 0.3), words('cat'), words('dog', -1.2), words('cat', -4)])).rejects.toEqual(
      withCode('query-empty'),
    );
  });

  test('an item that is not there or in another collection', async () => {
    const rowOf = async () => -1;
    await expect(embed([words('dog'), item(1)], { rowOf })).rejects.toEqual(withCode('item-not-found', /removed/));
    await expect(embed([item(1, 1, 'others')])).rejects.toEqual(withCode('item-not-found', /“others”/));
    expect(await embed([item(1, 1, 'pictures')])).toBe(vectors[1]);
  });

  test('a picture whose bytes are not here', async () => {
    const { picture: _, ...without } = sources;
    const query = { terms: [{ kind: 'picture', sha256: SHA256, weight: 1 } as const], filters: [] };
    await expect(embedQuery(query, without)).rejects.toEqual(withCode('picture-missing'));
  });

  test('embeddings of two models', async () => {
    const picture = () => clusteredVectors(1, DIM + 1)[0] as Embedding;
    const terms = [words('dog'), { kind: 'picture', sha256: SHA256, weight: 1 } as const];
    await expect(embed(terms, { picture })).rejects.toEqual(withCode('dimension-mismatch'));
  });
});
