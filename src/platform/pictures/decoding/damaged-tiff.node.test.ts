/** What decoders of TIFF do not tell. */
import sharp, { type TiffOptions } from 'sharp';
import { expect, test } from 'vitest';
import { deflatedStrips } from '../containers/tiff/tiff.ts';
import { COLOURS, expectQuarters, fixture, noisy, refusalOf, testDecoder } from '../testing-pictures.node.ts';

const isRead = (bytes: Uint8Array) =>
  testDecoder.decode(bytes, 'a.tif').then(
    () => true,
    () => false,
  );

test.each<[string, TiffOptions]>([
  ['strips', {}],
  ['tiles', { tile: true, tileWidth: 64, tileHeight: 64 }],
  ['BigTIFF', { bigtiff: true, predictor: 'none' }],
])('a TIFF with a wrong checksum: %s', async (_, options) => {
  const tiff = await (await noisy()).tiff({ ...options, compression: 'deflate' }).toBuffer();
  await expectQuarters(tiff, 'a.tif', COLOURS, 60);
  const strips = deflatedStrips(tiff);
  expect(strips.length).toBeGreaterThan(0);
  for (const strip of [strips[0], strips.at(-1)]) {
    const at = (strip?.byteOffset ?? 0) - tiff.byteOffset + (strip?.length ?? 0) - 1;
    const changed = Uint8Array.from(tiff);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await refusalOf(changed, 'a.tif')).toMatch(
      /^The picture is damaged: .*(checksum of its Deflate data is wrong|incorrect data check)/,
    );
  }
});

test('a TIFF with a changed byte in its Deflate data', async () => {
  // Few colours: a wrong code makes many pixels, and the decoder is done before it comes to the checksum.
  const image = sharp(await fixture('reference.png'));
  const tiff = await image.tiff({ compression: 'deflate', predictor: 'none' }).toBuffer();
  const [strip] = deflatedStrips(tiff);
  const start = (strip?.byteOffset ?? 0) - tiff.byteOffset;
  const reasons = new Set<string>();
  for (let at = start + 2; at < start + (strip?.length ?? 0); at += 3) {
    const changed = Uint8Array.from(tiff);
    changed[at] = (changed[at] ?? 0) ^ 0x24;
    if (!(await isRead(changed))) reasons.add(await refusalOf(changed, 'a.tif'));
  }
  expect(reasons).toContain('The picture is damaged: the checksum of its Deflate data is wrong');
});

test('a TIFF with samples of no bits', async () => {
  const tiff = await (await noisy()).tiff({ compression: 'lzw' }).toBuffer();
  const directory = tiff.readUInt32LE(4);
  const entry = [...Array(tiff.readUInt16LE(directory)).keys()].map((i) => directory + 2 + 12 * i);
  const bits = entry.find((at) => tiff.readUInt16LE(at) === 258) ?? 0;
  tiff.fill(0, tiff.readUInt32LE(bits + 8), tiff.readUInt32LE(bits + 8) + 6);
  expect(await refusalOf(tiff, 'a.tif')).toMatch(/damaged: .* 0 bits/);
});
