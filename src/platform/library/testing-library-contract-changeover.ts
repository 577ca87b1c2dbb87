import { expect, it } from 'vitest';
import { type Embedding, normalise } from '../../engine/numeric/embedding.ts';
import type { LibraryChange } from './library-store.ts';
import type { LibraryUnderTest } from './testing-library-contract.ts';
import { newPicture } from './testing-pictures.ts';

const small = { model: { id: 'small', sha256: 'a'.repeat(64) }, dim: 8 };
const large = { model: { id: 'large', sha256: 'b'.repeat(64) }, dim: 12 };

/** The vector of the nth picture by the larger model. */
const vectorOf = (n: number): Embedding =>
  normalise(Float32Array.from({ length: large.dim }, (_, i) => Math.sin(n * (i + 1)) + 0.1));

/** A library of three pictures by the small model. */
async function setUp({ fresh }: LibraryUnderTest) {
  const store = await fresh();
  await store.setModel(small);
  const stored = await store.put([newPicture(1), newPicture(2), newPicture(3)], []);
  const keys = stored.map(({ key }) => key);
  const keyAt = (at: number) => keys[at] as number;
  return { store, stored, keys, keyAt };
}

/** A second set of vectors. */
export function describeChangeover(library: LibraryUnderTest): void {
  const { open } = library;

  it('keeps a second set of vectors beside the first, for other stores and a later visit too', async () => {
    const { store, stored, keys, keyAt } = await setUp(library);
    expect([await store.changingTo(), await store.countNext()]).toEqual([undefined, 0]);
    await store.putNext([{ key: keyAt(0), vector: vectorOf(1) }]); // nothing is being changed
    expect(await store.countNext()).toBe(0);

    await store.beginChange(large);
    expect((await store.withoutNext(2)).map(({ key }) => key)).toEqual(keys.slice(0, 2));
    await store.putNext([{ key: keyAt(1), vector: vectorOf(2) }]);
    const other = await open();
    expect([await other.changingTo(), await other.countNext()]).toEqual([large, 1]);
    expect((await other.withoutNext(9)).map(({ key }) => key)).toEqual([keyAt(0), keyAt(2)]);
    expect((await other.withoutNext(9, keyAt(0))).map(({ key }) => key)).toEqual([keyAt(2)]);
    expect([await other.model(), await other.all()]).toEqual([small, stored]);
  });

  it('puts it in the place of the first at once, and tells that', async () => {
    const { store, stored, keys } = await setUp(library);
    await store.beginChange(large);
    await store.putNext(keys.map((key, i) => ({ key, vector: vectorOf(i + 1) })));
    const heard: LibraryChange[] = [];
    const other = await open();
    other.subscribe((change) => heard.push(change));
    await other.count();
    await store.finishChange();
    expect(await store.all()).toEqual(stored.map((one, i) => ({ ...one, vector: vectorOf(i + 1) })));
    expect([await store.model(), await store.changingTo(), await store.countNext()]).toEqual([large, undefined, 0]);
    await expect.poll(() => heard).toEqual([{ type: 'model' }]);
    await store.finishChange(); // nothing is left to do
    expect(await store.count()).toBe(3);
    expect(await store.check()).toEqual([]);
  });

  it('hides pictures that are not in it, lets their files wait, and brings them back under their keys', async () => {
    const { store, stored, keyAt } = await setUp(library);
    await store.remove([keyAt(2)]);
    await store.beginChange(large);
    expect((await store.withoutNext(9)).map(({ key }) => key)).toEqual([keyAt(0), keyAt(1)]);
    await store.putNext([{ key: keyAt(0), vector: vectorOf(1) }]);
    await store.finishChange();
    expect((await store.all()).map(({ key }) => key)).toEqual([keyAt(0)]);
    expect((await store.waiting(9)).map(({ file }) => file.path)).toEqual(['photo 2.jpg']);
    // With a vector of another length it is not shown again.
    await store.restore([keyAt(2)]);
    expect(await store.count()).toBe(1);
    await store.put([newPicture(2, { vector: vectorOf(2) })], []);
    expect(await store.get([keyAt(1)])).toEqual([{ ...stored[1], vector: vectorOf(2) }]);
  });

  it('forgets it where it is cancelled, or begun anew', async () => {
    const { store, stored, keyAt } = await setUp(library);
    await store.beginChange(large);
    await store.putNext([{ key: keyAt(0), vector: vectorOf(1) }]);
    await store.beginChange(large);
    expect(await store.countNext()).toBe(0);
    await store.putNext([{ key: keyAt(0), vector: vectorOf(1) }]);
    await store.cancelChange();
    expect([await store.changingTo(), await store.countNext(), await store.model()]).toEqual([undefined, 0, small]);
    await store.finishChange();
    expect(await store.all()).toEqual(stored);
    await store.beginChange(large);
    await store.clear();
    expect(await store.changingTo()).toBeUndefined();
  });
}
