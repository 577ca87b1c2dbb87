import { copyFile, cp, mkdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dateSourceOf, type Item } from '../../src/engine/collection/types.ts';
import { rewriteItems } from './fixtures/testing.ts';
import { merge } from './merge.ts';
import { draw, drawing, openCollection, temporaryFolder, workplace } from './testing.ts';

const FIRST = new Date('2020-02-02T02:02:02Z');
const LATER = new Date('2021-03-04T05:06:07Z');
const iso = (date: Date) => date.toISOString().replace('.000Z', 'Z');
const TAKEN = '2011-11-11T11:11:11';

const datesOf = (items: readonly Item[]) =>
  Object.fromEntries(items.map((item) => [item.name, [item.date, dateSourceOf(item)]]));

async function put(path: string, seed: number, modified: Date): Promise<void> {
  await draw(path, seed);
  await utimes(path, modified, modified);
}

async function putTaken(path: string, seed: number): Promise<void> {
  await drawing(seed)
    .withExif({ IFD2: { DateTimeOriginal: '2011:11:11 11:11:11' } })
    .jpeg()
    .toFile(path);
  await utimes(path, FIRST, FIRST);
}

test('touching a file renews the date that only the file has; copies have their own; nothing is embedded again', async () => {
  const { pictures, build, items, encoder } = await workplace();
  for (const [seed, name] of ['a.jpg', 'b.jpg', 'c.jpg'].entries()) await put(join(pictures, name), seed, FIRST);
  await putTaken(join(pictures, 'taken.jpg'), 7);
  await build();
  const file = (date: Date) => [iso(date), 'file'];
  expect(datesOf(await items())).toEqual({
    ...{ 'a.jpg': file(FIRST), 'b.jpg': file(FIRST), 'c.jpg': file(FIRST) },
    'taken.jpg': [TAKEN, 'exif-original'],
  });

  await utimes(join(pictures, 'a.jpg'), LATER, LATER);
  await utimes(join(pictures, 'taken.jpg'), LATER, LATER);
  const third = new Date('2022-02-02T00:00:00Z');
  await copyFile(join(pictures, 'b.jpg'), join(pictures, 'b2.jpg'));
  await utimes(join(pictures, 'b2.jpg'), third, third);
  await rename(join(pictures, 'c.jpg'), join(pictures, 'renamed.jpg'));
  expect(await build()).toMatchObject({ count: 5, embedded: 0, copies: 1, problems: [] });
  expect(datesOf(await items())).toEqual({
    ...{ 'a.jpg': file(LATER), 'b.jpg': file(FIRST), 'b2.jpg': file(third), 'renamed.jpg': file(FIRST) },
    'taken.jpg': [TAKEN, 'exif-original'],
  });
  expect(await build()).toMatchObject({ unchanged: true });
  expect(encoder.encoded).toBe(4);
});

test('a folder that is restored with new times has these; one that is away keeps its dates', async () => {
  const { pictures, build, items, encoder } = await workplace();
  const [one, two] = [join(pictures, 'one'), join(pictures, 'two')];
  await mkdir(one, { recursive: true });
  await put(join(one, 'a.jpg'), 1, FIRST);
  await put(join(two, 'b.jpg'), 2, FIRST);
  const folders = { folders: [one, two] };
  await build(folders);

  await rename(join(two, 'b.jpg'), join(pictures, 'away.jpg'));
  await utimes(join(one, 'a.jpg'), LATER, LATER);
  expect(await build(folders)).toMatchObject({ count: 2, embedded: 0 });
  expect(datesOf(await items())).toEqual({ 'one/a.jpg': [iso(LATER), 'file'], 'two/b.jpg': [iso(FIRST), 'file'] });

  await cp(join(pictures, 'away.jpg'), join(two, 'b.jpg'));
  await utimes(join(two, 'b.jpg'), LATER, LATER);
  await build(folders);
  expect(datesOf(await items())).toEqual({ 'one/a.jpg': [iso(LATER), 'file'], 'two/b.jpg': [iso(LATER), 'file'] });
  expect(encoder.encoded).toBe(2);
});

test('pictures of a collection that does not say where its dates were read are dated anew, and nothing else', async () => {
  const { pictures, out, build, items, encoder } = await workplace();
  await put(join(pictures, 'a.jpg'), 1, FIRST);
  await putTaken(join(pictures, 'taken.jpg'), 2);
  await build();
  const before = await items();
  const others = { extensions: { 'org.example.note': 'kept' } };
  await rewriteItems(out, (item) => ({ ...item, ...others, date: '2001-01-01T00:00:00Z' }));
  expect(datesOf(await items())['taken.jpg']).toEqual(['2001-01-01T00:00:00Z', undefined]);

  expect(await build()).toMatchObject({ embedded: 0, kept: 2, problems: [] });
  const after = await items();
  expect(datesOf(after)).toEqual({ 'a.jpg': [iso(FIRST), 'file'], 'taken.jpg': [TAKEN, 'exif-original'] });
  expect(after.map(({ extensions }) => extensions?.['org.example.note'])).toEqual(['kept', 'kept']);
  expect(after.map(({ thumbnail }) => thumbnail)).toEqual(before.map(({ thumbnail }) => thumbnail));
  expect(await build()).toMatchObject({ unchanged: true });
  expect(encoder.encoded).toBe(2);
});

test('where others left no room in an item, it does not say where its date was read', async () => {
  const { pictures, out, build, items } = await workplace();
  await put(join(pictures, 'a.jpg'), 1, FIRST);
  await build();
  const full = { extensions: { 'org.example.note': 'x'.repeat(8 * 1024 - 23) } };
  await rewriteItems(out, (item) => ({ ...item, ...full }));
  await utimes(join(pictures, 'a.jpg'), LATER, LATER);
  await build();
  expect(await items()).toMatchObject([{ ...full, date: iso(LATER) }]);
});

test('merged, copies keep the dates of their files', async () => {
  const folder = await temporaryFolder();
  const place = (name: string) => join(folder, 'site/collections', name);
  const { build } = await workplace();
  for (const [name, modified] of [['one', FIRST] as const, ['two', LATER] as const]) {
    const pictures = join(folder, name);
    await put(join(pictures, `${name}.jpg`), 1, modified);
    await putTaken(join(pictures, `${name}-taken.jpg`), 2);
    await build({ folders: [pictures], out: place(name) });
  }
  await merge(
    {
      ...{ collections: [place('one'), place('two')], out: place('all'), hnsw: { M: 8, efConstruction: 50 } },
      ...{ index: 'exact', encoding: 'int8' },
    },
    new AbortController().signal,
    () => {},
  );
  expect(datesOf(await (await openCollection(place('all'))).allItems())).toEqual({
    ...{ 'one.jpg': [iso(FIRST), 'file'], 'two.jpg': [iso(LATER), 'file'] },
    ...{ 'one-taken.jpg': [TAKEN, 'exif-original'], 'two-taken.jpg': [TAKEN, 'exif-original'] },
  });
});
