import { createEffect, createRoot } from 'solid-js';
import { afterEach, expect, it } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import { createNotices } from '../shell/notices.ts';
import { createLibraryAccess, createUsedMark } from './access.ts';
import { createLibrary, type Library } from './library.ts';
import { createFakeLibrary } from './testing.ts';

let dispose = () => {};
afterEach(() => dispose());

function make() {
  const client = createFakeLibrary();
  const notices = createNotices();
  const used: boolean[] = [];
  const library = createRoot((end) => {
    dispose = end;
    return createLibrary({ client, notices, persist: async () => true, onUsed: (now) => used.push(now) });
  });
  const texts = () => notices.list().map(({ text }) => text);
  return { client, notices, library, used, texts };
}

it('deletes pictures and brings them back', async () => {
  const { client, library, notices, texts } = make();
  client.change({ count: 10 });
  expect(await library.remove(['a', 'b'])).toBe(true);
  expect(texts()).toEqual([
    expect.stringMatching(/^2 pictures were deleted here\. Their files stay on the disk: only/),
  ]);
  expect(notices.list()[0]?.other).toBeUndefined();
  await expect.poll(() => library.overview()?.count).toBe(8);
  notices.list()[0]?.action?.run();
  expect(texts()).toEqual([]);
  await expect.poll(() => library.overview()?.count).toBe(10);
});

it('asks before files are deleted from the disk, and asks the browser then and not before', async () => {
  const { client, library, notices, texts } = make();
  const asked: unknown[] = [];
  const handle = { requestPermission: async (how: unknown) => asked.push(how) } as unknown as FileSystemDirectoryHandle;
  const plan = { id: 7, files: 3, names: ['Photos/a.jpg'], folders: [{ name: 'Photos', handle }], elsewhere: 0 };
  client.deletes(plan, { deleted: 2, kept: [{ name: 'Photos/a.jpg', why: 'changed' }] });
  await library.remove(['a', 'b']);
  expect(texts()).toEqual(['2 pictures were deleted here. Their files are still on the disk.']);
  const { action, other } = notices.list()[0] ?? {};
  expect([action?.label, other?.label]).toEqual(['Undo', 'Delete the files too']);
  other?.run();
  expect([library.disk.now(), asked]).toEqual([{ step: 'asked', plan }, []]);
  library.disk.close();
  expect([library.disk.now(), texts().length], 'it can still be undone').toEqual([undefined, 1]);
  other?.run();
  const agreed = library.disk.agree();
  expect([library.disk.now()?.step, asked]).toEqual(['busy', [{ mode: 'readwrite' }]]);
  library.disk.close();
  expect(library.disk.now()?.step, 'what goes on is not closed').toBe('busy');
  await agreed;
  expect(library.disk.now()).toMatchObject({ step: 'done', deletion: { deleted: 2 } });
  expect(client.calls).toContainEqual(['deleteFiles', 7]);
  expect(texts()).toEqual(['Pictures whose files are still there can be brought back.']);
});

it('says why nothing was deleted from the disk', async () => {
  const { client, library } = make();
  client.breakNext('planDeletion', new AfterimageError('database-blocked', 'Another tab is busy.'));
  await library.disk.askFor({ places: [] });
  expect(library.disk.now()).toEqual({ step: 'failed', message: 'Another tab is busy.' });
  client.deletes({ files: 1, folders: [] });
  await library.disk.askFor({ places: [] });
  client.breakNext('deleteFiles', new AfterimageError('worker-died', 'The worker is gone.'));
  await library.disk.agree();
  expect(library.disk.now()).toEqual({ step: 'failed', message: 'The worker is gone.' });
});

it('says that all is added together with how many pictures there are', async () => {
  const { client, library } = make();
  client.go({ state: 'running', left: 16 });
  client.change({ count: 84 });
  await expect.poll(() => library.overview()?.count).toBe(84);
  const seen: unknown[] = [];
  const stopSeeing = createRoot((end) => {
    createEffect(() => seen.push([library.queue()?.state, library.overview()?.count]));
    return end;
  });
  // The last batch is stored, and the queue says so before anybody has asked for the count again.
  client.change({ count: 100 }, 'silently');
  client.go({ state: 'idle', done: 100, left: 0 });
  await expect.poll(() => library.queue()?.state).toBe('idle');
  expect(seen).toEqual([
    ['running', 84],
    ['idle', 100],
  ]);
  stopSeeing();
});

it('says what could not be deleted, and keeps it', async () => {
  const { client, library, texts } = make();
  client.breakNext('remove', new AfterimageError('database-blocked', 'Another tab is busy.'));
  expect(await library.remove(['a'])).toBe(false);
  expect(texts()).toEqual(['Another tab is busy.']);
});

it('knows a newer queue than that of an overview which was asked for before', async () => {
  const { client, library } = make();
  const read = library.read();
  client.go({ state: 'running', left: 4 });
  await read;
  expect(library.queue()?.left).toBe(4);
});

it('reads the overview at most once while events come in quick succession, and after the last of them', async () => {
  const { client, library } = make();
  await library.read();
  const before = client.calls.length;
  for (let i = 0; i < 50; i++) client.go({ state: 'running', done: i });
  client.change({ count: 50 });
  await expect.poll(() => library.overview()?.count).toBe(50);
  expect(client.calls.length - before).toBeLessThan(4);
});

it('is used while something is in it or waits', async () => {
  const { client, used, library } = make();
  await library.read();
  expect(used.at(-1)).toBe(false);
  client.go({ state: 'running', left: 1 });
  expect(used.at(-1)).toBe(true);
  await library.clear();
  await expect.poll(() => used.at(-1)).toBe(false);
});

it('says when the worker was replaced, and when none starts', async () => {
  const { client, library, texts } = make();
  await library.read();
  client.send({ type: 'restarted', reason: 'The worker was replaced.' });
  expect(texts()).toEqual(['The worker was replaced.']);
  client.send({ type: 'failed', code: 'worker-died', message: 'No worker starts.' });
  expect(library.error()).toMatchObject({ code: 'worker-died', message: 'No worker starts.' });
});

it('is loaded once, and again after a failure; a later visit knows that it is used', async () => {
  const mark = createUsedMark('library-access-test');
  mark.write(false);
  const { library } = make();
  let attempts = 0;
  let use = (_: boolean) => {};
  const access = createLibraryAccess(mark, async (onUsed): Promise<() => Library> => {
    use = onUsed;
    if (attempts++ === 0) throw new Error('no network');
    return () => library;
  });
  await expect(access.load()).rejects.toThrow('no network');
  expect(access.library()).toBeUndefined();
  const both = await Promise.all([access.load(), access.load()]);
  expect(both).toEqual([library, library]);
  expect(attempts).toBe(2);
  expect([access.isUsed(), mark.read()]).toEqual([false, false]);
  use(true);
  expect([access.isUsed(), createUsedMark('library-access-test').read()]).toEqual([true, true]);
  use(false);
  expect(mark.read()).toBe(false);
});

it('is used while there are albums, without a picture of one’s own, so that they can be deleted', async () => {
  const { client, library, used } = make();
  await library.read();
  expect(used.at(-1)).toBe(false);
  await library.albums.create('Sea', { kind: 'pictures', pictures: [{ collection: 'demo', id: 'a' }] });
  await expect.poll(() => used.at(-1)).toBe(true);
  const [album] = await client.albums();
  expect(await library.albums.delete({ id: album?.id ?? '', name: 'Sea' })).toBe(true);
  await expect.poll(() => used.at(-1)).toBe(false);
});
