import { expect, test } from 'vitest';
import quartersUrl from '../fixtures/heic/quarters.heic?url';
import p3Url from '../fixtures/heic/quarters-p3.heic?url';
import { decodeHeicInBrowser } from './heic.browser.ts';
import { makeHeic, tileOf } from './testing-heic.ts';

const read = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const COLOURS = [
  [220, 40, 40],
  [40, 180, 60],
  [50, 80, 200],
  [200, 200, 200],
];

test('HEIC comes out in its colours, Display P3 as well', async () => {
  for (const url of [quartersUrl, p3Url]) {
    const { width, height, rgba } = await decodeHeicInBrowser(await read(url));
    expect([width, height]).toEqual([96, 64]);
    const at = (x: number, y: number) => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
    const found = [at(19, 16), at(77, 16), at(19, 48), at(77, 48)];
    const differences = found.flatMap((rgb, i) => rgb.map((value, c) => Math.abs(value - (COLOURS[i]?.[c] ?? 0))));
    expect(Math.max(...differences), JSON.stringify(found)).toBeLessThanOrEqual(5);
  }
});

test('tiles, turned; and what is damaged is refused with a sentence', async () => {
  const tile = tileOf(await read(quartersUrl));
  const grid = { columns: 2, width: 192, height: 64 };
  const turned = await decodeHeicInBrowser(Uint8Array.from(makeHeic({ tiles: [tile, tile], grid, turns: 1 })));
  expect(turned).toMatchObject({ width: 64, height: 192 });
  const cut = (await read(quartersUrl)).slice(0, 300);
  await expect(decodeHeicInBrowser(cut)).rejects.toThrow(/^The picture is damaged: /);
  const large = makeHeic({ tiles: [tile], size: { width: 30_000, height: 30_000 } });
  await expect(decodeHeicInBrowser(Uint8Array.from(large))).rejects.toThrow(/268 megapixels/);
});
