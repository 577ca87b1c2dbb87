import { expect, test } from 'vitest';
import { sha256 } from '../../hashes/sha256.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { foundFile, newPicture } from '../testing-pictures.ts';
import { openFolderIndex } from './folder-index.ts';
import { contentOf, packFolder } from './index-file.ts';

const MODEL = { model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: 8 };
const BYTES = 20;

async function contentAt(n: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(BYTES).fill(n);
}

/** An index of so many pictures whose files hold their number. */
async function make(count: number) {
  const store = createMemoryLibraryStore();
  await store.setModel(MODEL);
  const handle = { name: 'Photos', isSameEntry: async () => false } as unknown as FileSystemDirectoryHandle;
  const { id: folder } = await store.addFolder(handle);
  for (let n = 1; n <= count; n++) {
    const hash = await sha256(await contentAt(n));
    const picture = newPicture(n);
    const item = {
      ...picture.item,
      id: hash.slice(0, 16),
      thumbnail: { path: `thumbs/${hash.slice(0, 16)}.webp`, width: 4, height: 3 },
    };
    const files = [foundFile(`${n}.jpg`, { folder, bytes: BYTES, modified: n }), foundFile(`elsewhere ${n}.jpg`)];
    await store.put([{ ...picture, item, sha256: hash, files }], []);
  }
  const content = await contentOf(store, folder);
  if (!content) throw new Error('nothing to pack');
  return { store, folder, content, zip: await packFolder(store, content) };
}

const fileOf = (bytes: Uint8Array<ArrayBuffer>, modified: number) => new File([bytes], 'x', { lastModified: modified });
const named = (n: number, changes = {}) => ({
  ...{ path: `${n}.jpg`, name: `Photos/${n}.jpg`, bytes: BYTES, modified: n, others: undefined },
  ...changes,
});
const always = async () => true;

test('holds the pictures of its folder and no others, under their paths there', async () => {
  const { zip, store } = await make(3);
  const read = async (path: string) => {
    const n = Number.parseInt(path, 10);
    return fileOf(await contentAt(n), n);
  };
  const { index } = await openFolderIndex(zip, read, always);
  expect(index?.pictures).toBe(3);
  const found = await index?.find(named(2));
  const [second] = await store.find([found?.sha256 ?? '']);
  expect(found).toMatchObject({ isIndexed: true, sha256: second?.sha256, phash: second?.phash });
  expect(found?.vector).toEqual(second?.vector);
  expect(found?.item).toEqual({ ...second?.item, name: 'Photos/2.jpg' });
  expect(new TextDecoder().decode(found?.thumbnail.bytes)).toBe('thumbnail 2');
  expect(await index?.find(named(2, { modified: 5 }))).toBeUndefined();
  expect(await index?.find(named(2, { bytes: 5 }))).toBeUndefined();
  expect(await index?.find(named(2, { path: 'elsewhere 2.jpg' }))).toBeUndefined();
  expect(await index?.findContent('0'.repeat(64), named(2))).toBeUndefined();
});

test('its lengths and times are believed only where contents are what it says; contents always are', async () => {
  const { zip } = await make(3);
  const wrong = async (path: string) => {
    const n = Number.parseInt(path, 10);
    return fileOf(await contentAt(n === 2 ? 99 : n), n);
  };
  const { index } = await openFolderIndex(zip, wrong, always);
  expect([await index?.find(named(1)), await index?.find(named(2))]).toEqual([undefined, undefined]);
  const hash = await sha256(await contentAt(1));
  expect(await index?.findContent(hash, named(7))).toMatchObject({ sha256: hash, item: { name: 'Photos/7.jpg' } });
});

test('files that are gone, or others now, say nothing against it', async () => {
  const { zip } = await make(3);
  const read = async (path: string) => {
    if (path === '1.jpg') throw new DOMException('gone', 'NotFoundError');
    const n = Number.parseInt(path, 10);
    return fileOf(await contentAt(n === 2 ? 99 : n), n === 2 ? 1000 : n);
  };
  const { index } = await openFolderIndex(zip, read, always);
  expect(await index?.find(named(3))).toMatchObject({ isIndexed: true });
});

test('of a model that does not fit nothing is taken', async () => {
  const { zip } = await make(1);
  const opened = await openFolderIndex(
    zip,
    async () => undefined,
    async () => false,
  );
  expect(opened).toEqual({ model: MODEL, index: undefined });
});

test('the fingerprint changes with what is in it, and with nothing else', async () => {
  const { store, folder, content } = await make(3);
  expect((await contentOf(store, folder))?.fingerprint).toBe(content.fingerprint);
  await store.put([newPicture(50)], []);
  expect((await contentOf(store, folder))?.fingerprint, 'of another folder').toBe(content.fingerprint);
  await store.remove([content.pictures[0]?.key ?? -1]);
  expect((await contentOf(store, folder))?.fingerprint).not.toBe(content.fingerprint);
  expect(await contentOf(store, folder + 1000)).toBeUndefined();
});
