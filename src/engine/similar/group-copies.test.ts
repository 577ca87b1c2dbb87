import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish } from '../async/steps.ts';
import { withExtension } from '../collection/extensions/facts.ts';
import { type Item, SIGNATURE, withPerceptualHash } from '../collection/types.ts';
import { dot } from '../numeric/embedding.ts';
import { clusteredVectors, seededRandom } from '../numeric/testing-vectors.ts';
import { lookOf } from './describe-look.ts';
import { type CopyGroup, groupExact, groupNear, groupSimilar } from './group-copies.ts';
import { compareMerits, keepBest } from './keep-best.ts';
import { bitsApart, MOST_BITS } from './near-hashes.ts';
import { openNearSignatures } from './signature/near-signatures.ts';
import { drawScene, sceneOf } from './signature/testing-pictures.ts';

const hex = (value: number) => value.toString(16).padStart(16, '0');

function itemOf(index: number, more: Partial<Item> = {}): Item {
  return {
    id: hex(index),
    name: `${index}.jpg`,
    title: null,
    licence: null,
    width: 100,
    height: 100,
    bytes: 1000,
    date: null,
    thumbnail: { path: `thumbs/${hex(index)}.webp`, width: 10, height: 10 },
    preview: null,
    ...more,
  };
}

/** By definition: from the best picture on, each that is left takes what is near to it. */
function naiveGroups(items: readonly Item[], isNear: (a: number, b: number) => boolean): number[][] {
  const order = [...items.keys()].sort((a, b) => compareMerits(items[a] as Item, items[b] as Item));
  const groups: number[][] = [];
  for (let left = order; left.length > 0; ) {
    const [best, ...others] = left as [number, ...number[]];
    const near = others.filter((other) => isNear(best, other));
    if (near.length > 0) groups.push([best, ...near]);
    left = others.filter((other) => !near.includes(other));
  }
  return groups;
}

const membersOf = (groups: readonly CopyGroup[]) => new Set(groups.map(({ members }) => members.join(' ')));
const joined = (groups: readonly number[][]) => new Set(groups.map((members) => members.join(' ')));

describe('exact copies', () => {
  test('are of the same content, whatever their ids', () => {
    const thumbnail = { path: 'thumbs/same.webp', width: 10, height: 10 };
    const items = [itemOf(5, { thumbnail }), itemOf(1), itemOf(2, { thumbnail }), itemOf(3, { thumbnail, bytes: 9 })];
    expect(finish(groupExact(items))).toEqual([{ members: [2, 0], reasons: ['alike'] }]);
  });

  test('pictures of which only vectors are known are copies where their ids are equal', () => {
    const given = { thumbnail: null, width: 0, height: 0, bytes: 0 };
    const items = [itemOf(1, given), itemOf(2, given), itemOf(1, given)];
    expect(finish(groupExact(items))).toEqual([{ members: [0, 2], reasons: ['alike'] }]);
  });
});

/** Hashes of which many are near each other: few bits of a few are turned. */
const turned = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 12 });
const hash = fc.tuple(fc.constantFrom(0n, 0x0123456789abcdefn, 2n ** 64n - 1n), turned).map(([base, bits]) => {
  const value = bits.reduce((sum, bit) => sum ^ (1n << BigInt(bit)), base);
  return value.toString(16).padStart(16, '0');
});

describe('near copies, of pictures that have hashes alone', () => {
  test('groups are those of comparing all with all', () => {
    const hashes = fc.array(fc.tuple(fc.option(hash, { freq: 5 }), fc.integer({ min: 1, max: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(hashes, fc.integer({ min: 0, max: MOST_BITS }), (given, most) => {
        const items = given.map(([of, width], index) => withPerceptualHash(itemOf(index, { width }), of));
        const hashOf = (index: number) => given[index]?.[0] ?? null;
        const naive = naiveGroups(items, (a, b) => {
          const [left, right] = [hashOf(a), hashOf(b)];
          return left !== null && right !== null && bitsApart(left, right) <= most;
        });
        expect(membersOf(finish(groupNear(items, { least: 1 - most / 400 })))).toEqual(joined(naive));
      }),
    );
  });

  test('20,000 equal ones are one group, and 20,000 different ones none', () => {
    const random = seededRandom(3);
    const digits = () =>
      Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    const equal = Array.from({ length: 20_000 }, (_, i) => withPerceptualHash(itemOf(i), '0123456789abcdef'));
    expect(finish(groupNear(equal, { least: 0.975 }))).toEqual([{ members: [...equal.keys()], reasons: ['alike'] }]);
    const apart = equal.map((item) => withPerceptualHash(item, digits() + digits()));
    expect(finish(groupNear(apart, { least: 0.985 }))).toEqual([]);
  });

  test('the number of bits that differ', () => {
    expect(bitsApart('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(bitsApart('8000000000000001', '0000000080000001')).toBe(2);
  });
});

describe('near copies, of pictures that have signatures', () => {
  const signed = (
    index: number,
    scene: number,
    more: Partial<Item> = {},
    part?: readonly [number, number, number, number],
  ) => {
    const picture = drawScene(sceneOf(scene), 64, 48, part);
    const { phash, signature } = lookOf(picture);
    return withExtension(withPerceptualHash(itemOf(index, more), phash), SIGNATURE, signature ?? undefined);
  };
  const least = 0.98;

  test('are around the one to keep, and cropped copies on both sides of it are in one group', () => {
    const items = [
      signed(0, 1, { width: 90 }, [0.08, 0, 1, 1]),
      signed(1, 2),
      signed(2, 1, { width: 99 }),
      signed(3, 1, { width: 90 }, [0, 0, 0.92, 1]),
    ];
    expect(finish(groupNear(items, { least }))).toEqual([{ members: [2, 0, 3], reasons: ['pixels'] }]);
  });

  test('one of an earlier version is found by its hash, by those that have signatures and by its like', () => {
    const bare = (item: Item) => withExtension(item, SIGNATURE, undefined);
    const items = [
      bare(signed(0, 1)),
      signed(1, 1, { width: 200 }),
      bare(signed(2, 2)),
      bare(signed(3, 2)),
      signed(4, 3),
    ];
    const groups = membersOf(finish(groupNear(items, { least })));
    expect(groups).toEqual(new Set(['1 0', '2 3']));
    const other = [bare(signed(0, 1, { width: 300 })), signed(1, 1), signed(2, 1)];
    expect(membersOf(finish(groupNear(other, { least })))).toEqual(new Set(['0 1 2']));
  });

  test('signatures of a later version are as good as none', () => {
    const later = (item: Item) => withExtension(item, SIGNATURE, 'Z and more');
    expect(membersOf(finish(groupNear([later(signed(0, 1)), later(signed(1, 1))], { least })))).toEqual(
      new Set(['0 1']),
    );
  });

  test('are made ready once for whoever remembers them', () => {
    const items = [signed(0, 1), signed(1, 1)];
    let opened = 0;
    const open = function* (signatures: readonly (string | undefined)[]) {
      opened++;
      return yield* openNearSignatures(signatures);
    };
    expect(finish(groupNear(items, { least, open }))).toHaveLength(1);
    expect(opened).toBe(1);
  });
});

describe('similar pictures', () => {
  test('groups are those of comparing all with all, to the last bit of a cosine', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom(4, 16, 40),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        fc.integer(),
        (count, dim, chosen, seed) => {
          const vectors = clusteredVectors(count, dim, seed);
          const items = vectors.map((_, index) => itemOf(index, { width: 1 + (index % 3) }));
          const cosine = (a: number, b: number) => dot(vectors[a] as Float32Array, vectors[b] as Float32Array);
          // A bar between two cosines: sums in another order differ in their last bits.
          const apart = vectors.every((_, a) =>
            vectors.every((_, b) => a === b || Math.abs(cosine(a, b) - chosen) > 1e-6),
          );
          fc.pre(apart);
          const naive = naiveGroups(items, (a, b) => cosine(a, b) >= chosen);
          expect(membersOf(finish(groupSimilar(items, vectors, { dim, least: chosen })))).toEqual(joined(naive));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a chain of pictures, each near the next, is not one group', () => {
    const angle = (degrees: number) =>
      Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
    const vectors = Array.from({ length: 9 }, (_, i) => angle(10 * i));
    const items = vectors.map((_, index) => itemOf(index));
    const groups = finish(groupSimilar(items, vectors, { dim: 2, least: Math.cos((15 * Math.PI) / 180) }));
    expect(groups.map(({ members }) => members)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
  });

  test('nothing has no groups', () => {
    expect(finish(groupSimilar([], [], { dim: 8, least: 0.9 }))).toEqual([]);
  });

  test('work is told as a part of the whole, which never goes back', () => {
    const vectors = clusteredVectors(1500, 8);
    const steps = groupSimilar(
      vectors.map((_, index) => itemOf(index)),
      vectors,
      { dim: 8, least: 0.98 },
    );
    let before = 0;
    for (let step = steps.next(); !step.done; step = steps.next()) {
      expect(step.value).toBeGreaterThanOrEqual(before);
      expect(step.value).toBeLessThanOrEqual(1);
      before = step.value;
    }
    expect(before).toBeGreaterThan(0.9);
  });
});

describe('the one to keep', () => {
  const taken = { date: '2024-05-01T10:00:00', extensions: { 'date-source': 'exif-original' } };
  test.each<[string, Partial<Item>[], number, string]>([
    ['most pixels', [{ width: 50, bytes: 9999 }, { width: 200 }, {}], 1, 'pixels'],
    ['more bytes, of as many pixels', [{ bytes: 10 }, { bytes: 20 }], 1, 'bytes'],
    ['the picture says when it was taken', [{ date: '2020-01-01T00:00:00' }, taken], 1, 'taken'],
    ['the earlier date', [{ date: '2024-05-02T00:00:00' }, { date: '2024-05-01T23:00:00-05:00' }, {}], 1, 'earliest'],
    ['most pixels, which another one has as well', [{ width: 50 }, { id: hex(9) }, { id: hex(8) }], 2, 'pixels'],
    ['nothing tells them apart', [{ id: hex(9) }, { id: hex(3) }], 1, 'alike'],
    ['there is but one', [{}], 0, 'alike'],
  ])('%s', (_, differences, index, reason) => {
    const items = differences.map((more, i) => itemOf(i, more));
    expect(keepBest(items)).toMatchObject({ index });
    expect(keepBest(items).reasons[0]).toBe(reason);
  });

  test('all that speaks for it is said, and nothing in which another one is better', () => {
    const items = [itemOf(1, { ...taken, width: 200, bytes: 5 }), itemOf(2, { bytes: 9 }), itemOf(3, { bytes: 5 })];
    expect(keepBest(items)).toEqual({ index: 0, reasons: ['pixels', 'taken', 'earliest'] });
  });

  test('is the same in whatever order they come', () => {
    const one = fc.record({
      width: fc.integer({ min: 1, max: 3 }),
      bytes: fc.integer({ min: 1, max: 3 }),
      date: fc.option(fc.constantFrom('2024-05-01T10:00:00', '2023-05-01T10:00:00Z')),
    });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(one, fc.nat()), { minLength: 1, selector: ([, id]) => id }), (given) => {
        const items = given.map(([more, id]) => itemOf(id, more));
        const best = (list: Item[]) => list[keepBest(list).index]?.id;
        expect(best(items.toReversed())).toBe(best(items));
        const sorted = items.toSorted(compareMerits);
        expect(best(items)).toBe(sorted[0]?.id);
      }),
    );
  });
});
