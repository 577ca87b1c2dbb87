import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readCollection } from '../../../engine/collection/reader.ts';
import { createFolderSource } from '../../bytes/bytes.node.ts';
import { updateList } from '../../collections/collection-list.node.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { newPicture, withPreview } from '../testing-pictures.ts';
import { exportLibrary } from './export-library.ts';
import { openZip } from './zip.ts';

test('an exported library that is unpacked into public/collections is listed and can be read', async () => {
  const library = createMemoryLibraryStore();
  await library.setModel({ model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: 8 });
  await library.put([newPicture(1), withPreview(2)], []);
  const zip = await openZip(
    await exportLibrary(library, { name: 'mine', title: 'My pictures', vectors: 'int8', withPlaces: false }),
  );
  const site = await mkdtemp(join(tmpdir(), 'afterimage-published-'));
  try {
    const collections = join(site, 'collections');
    for (const path of zip.paths) {
      await mkdir(dirname(join(collections, path)), { recursive: true });
      await writeFile(join(collections, path), (await zip.read(path)) ?? '');
    }
    expect(await updateList(collections)).toEqual({ added: ['mine'], removed: [] });
    const collection = await readCollection(createFolderSource(site), sha256, 'mine');
    const items = await collection.allItems();
    expect(items.map(({ name }) => name)).toEqual((await library.all()).map(({ item }) => item.name));
    const preview = items[1]?.preview?.path ?? '';
    expect(await readFile(join(collections, 'mine', preview), 'utf8')).toBe('preview 2');
  } finally {
    await rm(site, { recursive: true });
  }
});
