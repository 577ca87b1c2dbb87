import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { ByteSource } from '../../../engine/ports.ts';
import { openTestCollection, type TestCollection } from '../testing-collections.ts';
import { createUndamaged, outcomeOf, queries, TRIALS, type Undamaged } from './testing-damage.ts';

let undamaged: Undamaged;
let collection: TestCollection;

type Changes = Parameters<typeof openTestCollection>[2];

const openWith = (files: TestCollection['files'], changes?: Changes) => openTestCollection({ files }, 'cells', changes);

beforeAll(async () => {
  undamaged = await createUndamaged();
  collection = undamaged.collection;
});

const expectNothingWrong = (files: TestCollection['files'], changes: Changes, place: number) =>
  outcomeOf(() => openWith(files, changes), place, undamaged);

const place = fc.nat(queries.length - 1);
const file = fc.nat().map((n) => searchedAt(n));
const searchedAt = (n: number) => undamaged.searched[n % undamaged.searched.length] as string;
const bytesOf = (path: string) => collection.files.get(path) as Uint8Array;

describe('what a query reads is right, or it says what is wrong', () => {
  test('with any bit flipped', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat().map((n) => searchedAt(n)),
        fc.nat(),
        place,
        async (path, bit, query) => {
          const bytes = bytesOf(path).slice();
          const at = bit % (8 * bytes.length);
          bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7));
          const outcome = await expectNothingWrong(new Map(collection.files).set(path, bytes), undefined, query);
          outcomes.add(outcome);
          expect(['right', 'part-corrupt']).toContain(outcome);
        },
      ),
      { numRuns: TRIALS },
    );
    expect(outcomes).toContain('part-corrupt');
  });

  test('with a file truncated, missing, or in the place of another', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        file,
        file,
        fc.constantFrom('short', 'gone', 'swapped'),
        fc.nat(),
        place,
        async (path, other, how, n, query) => {
          const files = new Map(collection.files);
          if (how === 'gone') files.delete(path);
          else files.set(path, how === 'short' ? bytesOf(path).slice(0, n % bytesOf(path).length) : bytesOf(other));
          const outcome = await expectNothingWrong(files, undefined, query);
          outcomes.add(outcome);
          expect(['right', 'part-corrupt', 'part-missing']).toContain(outcome);
        },
      ),
      { numRuns: TRIALS },
    );
    expect([...outcomes].sort()).toEqual(['part-corrupt', 'part-missing', 'right']);
  });

  test('with a host that answers some requests with other bytes, or not at all', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(7),
        fc.constantFrom('network', 'offline', 'part-missing', 'shifted'),
        place,
        async (every, fault, query) => {
          let requests = 0;
          // The first is the head of the vectors, which is read when the collection is opened.
          const isHit = () => requests++ > 0 && requests % (every + 1) === 0;
          const readRange =
            (source: ByteSource): ByteSource['readRange'] =>
            async (path, expected, range, options) => {
              if (!isHit()) return source.readRange(path, expected, range, options);
              if (fault !== 'shifted') throw new AfterimageError(fault, 'Injected.');
              return source.readRange(path, expected, { ...range, offset: range.offset + 1 }, options);
            };
          const outcome = await expectNothingWrong(
            collection.files,
            (source) => ({ readRange: readRange(source) }),
            query,
          );
          outcomes.add(outcome);
          expect(outcome).toBe(fault === 'shifted' ? 'part-corrupt' : fault === 'part-missing' ? fault : 'part');
        },
      ),
      { numRuns: TRIALS },
    );
    expect(outcomes.size).toBe(3);
  });

  test('with the network gone between codes and vectors: an answer by the codes, which says that it is a part', async () => {
    let isGone = false;
    const { retriever } = await openWith(collection.files, (source) => ({
      readRange: (path, ...rest) => {
        if (isGone && path.includes('vectors-')) throw new AfterimageError('offline', 'Injected.');
        return source.readRange(path, ...rest);
      },
    }));
    isGone = true;
    for (const query of queries) {
      const answer = await retriever.retrieve(query, { k: 10 });
      expect(answer).toMatchObject({ approximate: true, unreachable: true });
      expect(answer.rows).toHaveLength(10);
    }
    isGone = false;
    expect(await retriever.retrieve(queries[0] as Embedding, { k: 10 })).toEqual(undamaged.right[0]);
  });

  test('without the network, among what other queries have read', async () => {
    let isGone = false;
    const { retriever } = await openWith(collection.files, (source) => ({
      readRange: (...given) => {
        if (isGone) throw new AfterimageError('offline', 'Injected.');
        return source.readRange(...given);
      },
    }));
    const [first, ...others] = queries as [Embedding, ...Embedding[]];
    const before = await retriever.retrieve(first, { k: 10 });
    isGone = true;
    expect((await retriever.retrieve(first, { k: 10 })).rows).toEqual(before.rows);
    for (const query of others) {
      const answer = await retriever.retrieve(query, { k: 10 });
      expect(answer.rows).toHaveLength(10);
      expect(answer.approximate).toBe(true);
    }
  });
});

test('a block is asked for once by several queries at a time, and given up when all of them are', async () => {
  const asked: string[] = [];
  let given: (AbortSignal | undefined)[] = [];
  let isHeld = false;
  const { retriever } = await openWith(collection.files, (source) => ({
    readRange: (path, expected, range, options) => {
      asked.push(`${path} ${range.offset}`);
      given.push(options?.signal);
      return isHeld ? new Promise<never>(() => {}) : source.readRange(path, expected, range, options);
    },
  }));
  const [query, other] = queries as [Embedding, Embedding];
  await Promise.all([retriever.retrieve(query, { k: 10 }), retriever.retrieve(query, { k: 10 })]);
  expect(new Set(asked).size).toBe(asked.length);
  isHeld = true;
  given = [];
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [one, two].map(({ signal }) => retriever.retrieve(other, { k: 10, signal }).catch(() => 'given up'));
  await Promise.resolve();
  one.abort(new Error('Another was asked for.'));
  await waiting[0];
  expect(given.some((signal) => signal?.aborted)).toBe(false);
  two.abort(new Error('Another was asked for.'));
  expect(await Promise.all(waiting)).toEqual(['given up', 'given up']);
  expect(given.length).toBeGreaterThan(0);
  expect(given.every((signal) => signal?.aborted)).toBe(true);
});
