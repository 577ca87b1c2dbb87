import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../hashes/sha256.ts';
import type { LibraryStore } from '../library-store.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { newPicture } from '../testing-pictures.ts';
import { exportLibrary } from './export-library.ts';
import { importLibrary } from './import-library.ts';
import { changed, contentOf, libraryOf, MODEL, OPTIONS, threePictures, unpack } from './testing-exchange.ts';
import { createZip } from './zip.ts';

let store: LibraryStore;
beforeEach(async () => {
  store = await threePictures();
});

describe('a file that is no whole library', () => {
  async function refused(file: Blob): Promise<void> {
    const library = createMemoryLibraryStore();
    await expect(importLibrary(library, file)).rejects.toMatchObject({ code: 'import-invalid' });
    expect([await library.count(), await library.model()]).toEqual([0, undefined]);
  }

  it('is refused when it is something else', async () => {
    await refused(new Blob([]));
    await refused(new Blob(['{"format": "afterimage-library"}']));
    const zip = createZip();
    await zip.add('picture.jpg', new Uint8Array(100));
    await refused(await zip.close());
  });

  it('is refused at every length that is too short', async () => {
    const zip = await exportLibrary(store, OPTIONS);
    for (let length = 0; length < zip.size; length += 131) await refused(zip.slice(0, length));
  });

  it('is refused, or harmless, with any byte changed', async () => {
    const whole = new Uint8Array(await (await exportLibrary(store, OPTIONS)).arrayBuffer());
    const expected = await contentOf(store);
    let refusals = 0;
    const flip = fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const bytes = whole.slice();
      bytes[at] = (bytes[at] as number) ^ by;
      const library = createMemoryLibraryStore();
      const error = await importLibrary(library, new Blob([bytes])).then(
        () => undefined,
        ({ code }) => code,
      );
      if (error === undefined) expect(await contentOf(library)).toEqual(expected);
      else expect([error, await library.count()]).toEqual(['import-invalid', 0]);
      if (error !== undefined) refusals++;
    });
    await fc.assert(flip, { numRuns: 300 });
    expect(refusals).toBeGreaterThan(150);
  });

  it('is refused when a file is missing', async () => {
    const zip = await exportLibrary(store, OPTIONS);
    for (const path of (await unpack(zip, '.')).keys())
      await refused(await changed(zip, (files) => files.delete(path)));
  });

  it('may hold pictures that are named by their content, as they are when they are added', async () => {
    const one = newPicture(1);
    const path = `thumbs/ab/${(await sha256(one.thumbnail.bytes)).slice(0, 16)}.webp`;
    const from = await libraryOf({ ...one, item: { ...one.item, thumbnail: { path, width: 40, height: 30 } } });
    const elsewhere = createMemoryLibraryStore();
    await importLibrary(elsewhere, await exportLibrary(from, OPTIONS));
    expect((await elsewhere.rendition(path))?.bytes).toEqual(one.thumbnail.bytes);
  });

  it('is refused when it brings pictures under the paths of others', async () => {
    const from = await libraryOf(newPicture(1));
    const victim = newPicture(2).item.thumbnail;
    const stolen = newPicture(1);
    await from.clear();
    await from.setModel(MODEL);
    await from.put([{ ...stolen, item: { ...stolen.item, thumbnail: victim } }], []);
    await refused(await exportLibrary(from, OPTIONS));
  });

  it.each(['svg', 'html'])('is refused with a small copy that is %s', async (extension) => {
    const one = newPicture(1);
    const thumbnail = { path: `thumbnails/${one.item.id}.${extension}`, width: 4, height: 3 };
    await refused(await exportLibrary(await libraryOf({ ...one, item: { ...one.item, thumbnail } }), OPTIONS));
  });
});
