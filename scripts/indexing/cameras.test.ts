/** Files as cameras and phones write them, from the folder to the items of a collection. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { CAMERA, withExtension } from '../../src/engine/collection/extensions/facts.ts';
import { cameraOf, type Item, otherFilesOf, placeOf } from '../../src/engine/collection/types.ts';
import { testArw, testRaf } from '../../src/platform/pictures/containers/raw/testing-raw.ts';
import { rewriteItems } from './fixtures/testing.ts';
import { draw, drawing, workplace } from './testing.ts';

const PLACE = [48.858222, 2.2945];

async function taken(path: string, seed: number): Promise<void> {
  const exif = {
    IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D850' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '48/1 51/1 296/10',
      GPSLongitudeRef: 'E',
      GPSLongitude: '2/1 1767/100 0/1',
    },
  };
  await drawing(seed).withExif(exif).jpeg().toFile(path);
}

const jpegOf = async (seed: number, size: number) =>
  new Uint8Array(
    await sharp(await drawing(seed).png().toBuffer())
      .resize(size, size, { fit: 'fill' })
      .jpeg()
      .toBuffer(),
  );
const heic = () => readFile(new URL('../../src/platform/pictures/fixtures/heic/quarters.heic', import.meta.url));
const factsOf = (items: readonly Item[]) =>
  Object.fromEntries(items.map((item) => [item.name, [cameraOf(item), placeOf(item)]]));

test('camera, and place only with --places; a run without it takes places out; nothing is embedded again', async () => {
  const { pictures, build, items, encoder } = await workplace();
  await taken(join(pictures, 'a.jpg'), 1);
  await draw(join(pictures, 'b.png'), 2);
  await build();
  const without = { 'a.jpg': ['NIKON D850', undefined], 'b.png': [undefined, undefined] };
  expect(factsOf(await items())).toEqual(without);
  expect(await build()).toMatchObject({ unchanged: true });

  expect(await build({ places: true })).toMatchObject({ embedded: 0, kept: 2, unchanged: false });
  expect(factsOf(await items())).toEqual({ ...without, 'a.jpg': ['NIKON D850', PLACE] });
  expect(await build({ places: true })).toMatchObject({ unchanged: true });

  await build();
  expect(factsOf(await items())).toEqual(without);
  expect(JSON.stringify(await items())).not.toContain('place');
  expect(encoder.encoded).toBe(2);
});

test('a collection of an earlier version gets its cameras without embedding', async () => {
  const { pictures, out, build, items, encoder } = await workplace();
  await taken(join(pictures, 'a.jpg'), 1);
  await draw(join(pictures, 'b.png'), 2);
  await build();
  await rewriteItems(out, (item) => withExtension(item, CAMERA, undefined));
  expect(factsOf(await items())['a.jpg']).toEqual([undefined, undefined]);
  expect(await build()).toMatchObject({ embedded: 0, kept: 2, problems: [] });
  expect(factsOf(await items())['a.jpg']).toEqual(['NIKON D850', undefined]);
  expect(await build()).toMatchObject({ unchanged: true });
  expect(encoder.encoded).toBe(2);
});

test('RAW and JPEG, and live photos, are one item with both files', async () => {
  const { pictures, build, items, encoder } = await workplace();
  await taken(join(pictures, 'DSC_1.JPG'), 1);
  const [large, small] = [await jpegOf(1, 300), await jpegOf(1, 32)];
  await writeFile(join(pictures, 'DSC_1.ARW'), testArw({ large, small }));
  await writeFile(join(pictures, 'alone.RAF'), testRaf({ large: await jpegOf(2, 300) }));
  await writeFile(join(pictures, 'IMG_1.HEIC'), await heic());
  await writeFile(join(pictures, 'IMG_1.MOV'), 'a film');
  await writeFile(join(pictures, 'alone.MOV'), 'a film');
  expect(await build()).toMatchObject({ count: 3, problems: [], paired: 2, others: 1, otherExtensions: { '.mov': 1 } });
  const filesOf = async () => (await items()).map((item) => [item.name, ...otherFilesOf(item)]);
  expect(await filesOf()).toEqual([['DSC_1.JPG', 'DSC_1.ARW'], ['IMG_1.HEIC', 'IMG_1.MOV'], ['alone.RAF']]);
  const [, phone] = await items();
  expect(phone).toMatchObject({ width: 96, height: 64 });
  expect(await build()).toMatchObject({ unchanged: true });

  // Parts come and go, the picture stays what it is.
  await rm(join(pictures, 'IMG_1.MOV'));
  await rename(join(pictures, 'DSC_1.ARW'), join(pictures, 'DSC_2.ARW'));
  expect(await build()).toMatchObject({ count: 4, embedded: 1 });
  expect(await filesOf()).toEqual([['DSC_1.JPG'], ['DSC_2.ARW'], ['IMG_1.HEIC'], ['alone.RAF']]);
  expect(encoder.encoded).toBe(4);
});
