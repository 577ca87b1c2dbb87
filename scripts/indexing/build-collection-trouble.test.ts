/** What stands in a build's way, and how it goes on. */
import { appendFile, cp, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { toFloat32 } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { type BuildOptions, createCollectionBuilder } from './build-collection.ts';
import { buildOptions, draw, filesBelow, openCollection, workplace } from './testing.ts';

test('what cannot be indexed is reported with its reason, the rest is indexed; --strict makes it an error', async () => {
  const { pictures, out, build } = await workplace();
  await draw(join(pictures, 'good.png'), 1);
  await writeFile(join(pictures, 'empty.jpg'), '');
  await writeFile(join(pictures, 'text.jpg'), 'not a picture');
  await writeFile(join(pictures, 'phone.heic'), '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  await writeFile(join(pictures, 'notes.txt'), 'not meant to be one');
  const summary = await build();
  expect(summary).toMatchObject({ count: 1, others: 1, otherExtensions: { '.txt': 1 } });
  expect(summary.problems.map(({ name }) => name)).toEqual(['empty.jpg', 'phone.heic', 'text.jpg']);
  expect(summary.problems.map(({ reason }) => reason).join()).toMatch(/empty.*damaged.*not a picture/s);
  await rm(out, { recursive: true });
  await expect(build({ strict: true })).rejects.toMatchObject({ code: 'picture-unreadable' });
  await expect(stat(join(out, 'manifest.json'))).rejects.toThrow();
});

test('nothing to index and too much of it are refused before anything is done', async () => {
  const { pictures, encoder, build } = await workplace();
  await expect(build()).rejects.toMatchObject({ code: 'nothing-to-index' });
  await writeFile(join(pictures, 'a.jpg'), 'broken');
  await expect(build()).rejects.toMatchObject({ code: 'nothing-to-index' });
  for (let i = 0; i < 4; i++) await draw(join(pictures, `${i}.png`), i);
  await expect(build({ maxPictures: 3 })).rejects.toMatchObject({
    code: 'index-too-large',
    message: expect.stringContaining('3'),
  });
  expect(encoder.encoded).toBe(0);
});

test('a journal that cannot be read is named, and stays', async () => {
  const { pictures, out, encoder, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  const journal = join(out, '.partial/journal');
  await mkdir(journal, { recursive: true });
  await expect(build()).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringMatching(/\.partial.journal cannot be continued: EISDIR\. Delete it/),
  });
  expect([(await stat(journal)).isDirectory(), encoder.encoded]).toEqual([true, 0]);
});

test('a damaged collection and missing thumbnails are mended', async () => {
  const { pictures, out, build } = await workplace();
  for (let i = 0; i < 5; i++) await draw(join(pictures, `${i}.png`), i);
  await build();
  const whole = [...(await filesBelow(out)).keys()];
  await rm(join(out, 'thumbs'), { recursive: true });
  expect(await build()).toMatchObject({ embedded: 0, kept: 5 });
  expect([...(await filesBelow(out)).keys()]).toEqual(whole);
  const notes: string[] = [];
  await appendFile(join(out, (await openCollection(out)).manifest.parts[0]?.path ?? ''), 'x');
  const summary = await build({}, (event) => event.type === 'note' && notes.push(event.message));
  expect(summary).toMatchObject({ embedded: 5 });
  expect(notes).toHaveLength(1);
  expect([...(await filesBelow(out)).keys()]).toEqual(whole);
});

test('collections whose folder is gone leave the list; others stay', async () => {
  const { pictures, out, encoder, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await build();
  const other = join(dirname(out), 'other');
  await (await createCollectionBuilder(buildOptions([pictures], other, encoder))).run(
    new AbortController().signal,
    () => {},
  );
  const names = async () => {
    const text = await createFolderSource(dirname(out)).readText('index.json');
    return JSON.parse(String(text)).collections.map(({ name }: { name: string }) => name);
  };
  expect(await names()).toEqual(['test', 'other']);
  await rm(other, { recursive: true });
  await build();
  expect(await names()).toEqual(['test']);
});

test('a damaged list of collections is made anew; one of something else is left alone', async () => {
  const { pictures, out, encoder, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await build();
  const other = buildOptions([pictures], join(dirname(out), 'other'), encoder);
  const list = join(dirname(out), 'index.json');
  const whole = await readFile(list, 'utf8');
  await writeFile(list, whole.slice(0, -20));
  await (await createCollectionBuilder(other)).run(new AbortController().signal, () => {});
  const { collections } = JSON.parse(await readFile(list, 'utf8'));
  expect(collections.map(({ name }: { name: string }) => name)).toEqual(['other', 'test']);

  const before = encoder.encoded;
  await writeFile(list, '{"my": "data"}');
  await expect(build({ fresh: true })).rejects.toMatchObject({ code: 'not-writable' });
  expect(await readFile(list, 'utf8')).toBe('{"my": "data"}');
  expect(encoder.encoded).toBe(before);
});

test('known pictures of a folder that cannot be listed stay', async () => {
  const { pictures, out, encoder, build, items } = await workplace();
  const drive = `${pictures}-drive`;
  for (const folder of [pictures, drive]) for (const i of [0, 1]) await draw(join(folder, `${i}.png`), i);
  await draw(join(drive, '2.png'), 2);
  await build({ folders: [pictures, drive] });
  const before = await items();
  const options = buildOptions([pictures, drive], out, encoder);
  const builder = await createCollectionBuilder(options);
  const copier = await createCollectionBuilder({ ...options, pictures: 'copy' });
  await rename(drive, `${drive}-away`);
  await draw(join(pictures, '3.png'), 3);
  const summary = await builder.run(new AbortController().signal, () => {});
  expect(summary).toMatchObject({ count: 6, embedded: 1, removed: 0, problems: [{ name: 'pictures-drive/' }] });
  const after = await items();
  expect(after.filter(({ name }) => name !== 'pictures/3.png')).toEqual(before);
  expect(new Set(after.map(({ id }) => id)).size).toBe(6);
  expect(await copier.run(new AbortController().signal, () => {})).toMatchObject({ count: 6, embedded: 0, removed: 0 });
  const undrawn = (await items()).filter(({ preview }) => preview === null);
  expect(undrawn.map(({ name }) => name)).toEqual([0, 1, 2].map((i) => `pictures-drive/${i}.png`));
});

test('hashes that cannot be remembered do not stop a build', async () => {
  const { pictures, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await utimes(join(pictures, 'a.png'), 1e9, 1e9);
  await writeFile(join(dirname(pictures), 'file'), '');
  const notes: string[] = [];
  const cacheFolder = join(dirname(pictures), 'file', 'hashes');
  const summary = await build({ cacheFolder }, (event) => event.type === 'note' && notes.push(event.message));
  expect(summary.count).toBe(1);
  expect(notes).toEqual([expect.stringContaining('cannot be remembered')]);
});

test('two builds of one collection at a time are refused', async () => {
  const { pictures, out, encoder } = await workplace();
  for (let i = 0; i < 20; i++) await draw(join(pictures, `${i}.png`), i);
  const builders = await Promise.all([0, 1].map(() => createCollectionBuilder(buildOptions([pictures], out, encoder))));
  const results = await Promise.allSettled(builders.map((one) => one.run(new AbortController().signal, () => {})));
  const failed = results.filter((one) => one.status === 'rejected');
  expect(failed.map(({ reason }) => reason.code)).toEqual(['not-writable']);
});

test('an aborted build stops, and the next one continues it', async () => {
  const { pictures, out, encoder } = await workplace();
  for (let i = 0; i < 64; i++) await draw(join(pictures, `${i}.png`), i);
  const options = { ...buildOptions([pictures], out, encoder), batchSize: 8 };
  const controller = new AbortController();
  const first = await createCollectionBuilder(options);
  let embedded = 0;
  const stopAt20 = (event: IndexEvent) => {
    if (event.type === 'file' && ++embedded === 20) controller.abort();
  };
  await expect(first.run(controller.signal, stopAt20)).rejects.toMatchObject({ name: 'AbortError' });
  const done = encoder.encoded;
  expect(done).toBeLessThan(64);
  const second = await createCollectionBuilder(options);
  const events: IndexEvent[] = [];
  const summary = await second.run(new AbortController().signal, (event) => events.push(event));
  expect(summary).toMatchObject({ count: 64, embedded: 64 - done, kept: done });
  expect(events).toContainEqual({ type: 'resumed', pictures: done });
});

test('stopped while vectors become finer, it continues with those that it made', async () => {
  const { pictures, out, encoder, build } = await workplace();
  for (let i = 0; i < 64; i++) await draw(join(pictures, `${i}.png`), i);
  await build();
  const controller = new AbortController();
  const options = { ...buildOptions([pictures], out, encoder), batchSize: 8, encoding: 'f32' as const };
  let done = 0;
  const run = (await createCollectionBuilder(options)).run(controller.signal, (event) => {
    if (event.type === 'file' && ++done === 20) controller.abort();
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  const made = encoder.encoded - 64;
  expect(made).toBeGreaterThanOrEqual(16);
  expect(await build({ encoding: 'f32' })).toMatchObject({ embedded: 64 - made, kept: made });
  const vectors = toFloat32(await (await openCollection(out)).vectors());
  await build({ encoding: 'f32', fresh: true });
  expect(toFloat32(await (await openCollection(out)).vectors())).toEqual(vectors);
});

test('stopped while pictures are drawn in another mode, it continues, in a third mode too; fresh or finer, it takes no old vector', async () => {
  const { pictures, out, encoder, build, items } = await workplace();
  for (let i = 0; i < 64; i++) await draw(join(pictures, `${i}.png`), i, 400, 300);
  const stopAt = async (count: number, more: Partial<BuildOptions>) => {
    const controller = new AbortController();
    const options = { ...buildOptions([pictures], out, encoder), batchSize: 8, ...more };
    let done = 0;
    const stop = (event: IndexEvent) => {
      if (event.type === 'file' && ++done === count) controller.abort();
    };
    const run = (await createCollectionBuilder(options)).run(controller.signal, stop);
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  };
  const resumed: number[] = [];
  const note = (event: IndexEvent) => event.type === 'resumed' && resumed.push(event.pictures);

  await stopAt(20, { pictures: 'preview' });
  const embedded = encoder.encoded;
  expect(await build({ pictures: 'copy', batchSize: 8 }, note)).toMatchObject({ embedded: 64 - embedded });
  expect(encoder.encoded).toBe(64);
  expect((await items()).every(({ preview }) => preview?.path.endsWith('.png'))).toBe(true);

  await stopAt(20, { pictures: 'preview' });
  expect(await build({ pictures: 'preview' }, note)).toMatchObject({ embedded: 0, kept: 64 });
  expect((await items()).every(({ preview }) => preview?.path.endsWith('.webp'))).toBe(true);
  expect(resumed).toHaveLength(2);
  expect(Math.min(...resumed)).toBeGreaterThanOrEqual(8);
  expect(encoder.encoded).toBe(64);

  await stopAt(20, { pictures: 'copy' });
  expect(await build({ pictures: 'copy', encoding: 'f16' })).toMatchObject({ embedded: 64 });
  await build({ pictures: 'preview', encoding: 'int8' });

  await stopAt(20, { pictures: 'copy' });
  expect(await build({ pictures: 'copy', fresh: true })).toMatchObject({ embedded: 64 });
});

test('the vision tower is loaded when there is something to embed; when that fails, the next run tries again', async () => {
  const { pictures, out, encoder, build } = await workplace();
  const modelsFolder = join(dirname(pictures), 'models');
  await cp(join(MODELS_FOLDER, DEFAULT_MODEL), join(modelsFolder, DEFAULT_MODEL), { recursive: true });
  const tower = join(modelsFolder, DEFAULT_MODEL, 'onnx/vision_model.onnx');
  await rename(tower, `${tower}.away`);
  await draw(join(pictures, 'a.png'), 1);
  await build();
  const { encoder: _given, ...options } = { ...buildOptions([pictures], out, encoder), modelsFolder };
  const builder = await createCollectionBuilder(options);
  const run = () => builder.run(new AbortController().signal, () => {});
  try {
    expect(await run()).toMatchObject({ unchanged: true });
    await draw(join(pictures, 'b.png'), 2);
    await expect(run()).rejects.toMatchObject({ code: 'part-missing' });
    await rename(`${tower}.away`, tower);
    expect(await run()).toMatchObject({ count: 2, embedded: 1 });
  } finally {
    await builder.dispose();
  }
});
