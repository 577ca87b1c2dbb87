import { expect, test, vi } from 'vitest';
import { finish } from '../../../engine/async/steps.ts';
import type { Item } from '../../../engine/collection/types.ts';
import { openNearSignatures } from '../../../engine/similar/signature/near-signatures.ts';
import { pictureSignature } from '../../../engine/similar/signature/signature.ts';
import { drawScene, sceneOf } from '../../../engine/similar/signature/testing-pictures.ts';
import { createLibrarySignatures } from './library-signatures.browser.ts';

/** A scene as it is stored: encoded again, and smaller. */
async function thumbnailOf(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const { data, width, height } = drawScene(sceneOf(seed), 160, 120);
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) pixels.data.set([...data.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })).arrayBuffer());
}

const itemOf = (seed: number, path: string | null = `${seed}.webp`) =>
  ({ id: `${seed}`, thumbnail: path === null ? null : { path, width: 160, height: 120 } }) as Item;

test('signatures of thumbnails fit those of the pictures, are made once and stored together', async () => {
  const bytes = new Map([
    ['1.webp', await thumbnailOf(1)],
    ['2.webp', await thumbnailOf(2)],
  ]);
  const rendition = vi.fn(async (path: string) => {
    const found = bytes.get(path);
    return found && { bytes: found, type: 'image/webp' };
  });
  const stored: ReadonlyMap<string, string>[] = [];
  const setSignatures = async (signatures: ReadonlyMap<string, string>) => void stored.push(signatures);
  const make = createLibrarySignatures({ rendition, setSignatures });

  const [first, second] = [await make(itemOf(1)), await make(itemOf(2))];
  const originals = [1, 2].map((seed) => pictureSignature(drawScene(sceneOf(seed), 160, 120)) ?? undefined);
  const near = finish(openNearSignatures([...originals, first, second]));
  expect(near.near(0, 0.99, () => true)).toEqual([2]);
  expect(near.near(1, 0.99, () => true)).toEqual([3]);

  expect(await make(itemOf(1))).toBe(first);
  expect(rendition).toHaveBeenCalledTimes(2);
  await expect.poll(() => stored, { timeout: 5000 }).toHaveLength(1);
  expect([...(stored[0] ?? [])]).toEqual([
    ['1', first],
    ['2', second],
  ]);
});

test('a picture whose thumbnail is gone, or that has none, has none; one that cannot be decoded is an error', async () => {
  const rendition = async (path: string) =>
    path === 'broken.webp' ? { bytes: Uint8Array.of(1, 2, 3), type: 'image/webp' } : undefined;
  const make = createLibrarySignatures({ rendition, setSignatures: async () => {} });
  expect(await make(itemOf(1, 'gone.webp'))).toBeUndefined();
  expect(await make(itemOf(2, null))).toBeUndefined();
  await expect(make(itemOf(3, 'broken.webp'))).rejects.toThrow();
});
