import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStaticPictures } from '../engine/collection/source/static-source.ts';
import type { Item } from '../engine/collection/types.ts';
import { keptPictures } from './caches.ts';
import { type KeepOptions, keepPictures } from './keep-pictures.ts';

const BASE = new URL('/app/', location.href).href;
const FOLDER = `${BASE}collections/demo/`;

let asked: string[];
let failing: string | undefined;

beforeEach(async () => {
  await caches.delete(keptPictures(BASE));
  asked = [];
  failing = undefined;
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url.slice(FOLDER.length));
    return url.endsWith(`${failing}`) ? new Response('', { status: 500 }) : new Response('picture');
  });
});

afterEach(() => vi.unstubAllGlobals());

function item(row: number): Item {
  const picture = (kind: string) => ({ path: `${kind}/${row}.webp`, width: 1, height: 1 });
  const facts = { title: null, licence: null, width: 1, height: 1, bytes: 1, date: null };
  // Odd rows have no larger picture than their thumbnail.
  const preview = picture(row % 2 === 0 ? 'previews' : 'thumbs');
  return { id: `${row}`, name: `${row}.png`, ...facts, thumbnail: picture('thumbs'), preview };
}

function options(count: number, sha256: string, more: Partial<KeepOptions> = {}): KeepOptions {
  return {
    baseUrl: BASE,
    pictures: createStaticPictures(BASE, 'demo'),
    collection: { name: 'demo', sha256, count, pictures: { mode: 'preview', bytes: 1 } },
    items: async (rows) => rows.map(item),
    signal: new AbortController().signal,
    quiet: async () => {},
    onProgress: () => {},
    ...more,
  };
}

async function kept(): Promise<string[]> {
  const keys = await (await caches.open(keptPictures(BASE))).keys();
  return keys.map(({ url }) => url.slice(FOLDER.length)).sort();
}

test('keeps every thumbnail and preview once, with progress to the end', async () => {
  const progress: string[] = [];
  await keepPictures(options(3, 'a', { onProgress: (have, total) => progress.push(`${have}/${total}`) }));
  expect(await kept()).toEqual([
    'kept.json',
    'previews/0.webp',
    'previews/2.webp',
    'thumbs/0.webp',
    'thumbs/1.webp',
    'thumbs/2.webp',
  ]);
  expect([progress.at(0), progress.at(-1)]).toEqual(['0/5', '5/5']);
  expect(new Set(asked).size).toBe(asked.length);
});

test('asks for nothing when all of this version is there, not even for the items', async () => {
  await keepPictures(options(3, 'a'));
  asked = [];
  const onProgress = vi.fn();
  await keepPictures(options(3, 'a', { onProgress, items: () => Promise.reject(new Error('not needed')) }));
  expect(asked).toEqual([]);
  expect(onProgress).toHaveBeenCalledWith(5, 5);
});

test('continues where a failure stopped it', async () => {
  failing = 'thumbs/8.webp';
  await expect(keepPictures(options(10, 'a'))).rejects.toThrow('500');
  const before = await kept();
  expect(before).not.toContain('kept.json');
  failing = undefined;
  asked = [];
  await keepPictures(options(10, 'a'));
  expect(asked).not.toHaveLength(0);
  expect(asked.filter((path) => before.includes(path))).toEqual([]);
  expect(await kept()).toContain('kept.json');
});

test('an aborted run keeps no more', async () => {
  const controller = new AbortController();
  controller.abort(new Error('another collection'));
  await expect(keepPictures(options(3, 'a', { signal: controller.signal }))).rejects.toThrow('another collection');
  expect(await kept()).toEqual([]);
});

test('a run that is aborted while it asks for the last items takes nothing away and does not count as complete', async () => {
  await keepPictures(options(3, 'a'));
  const controller = new AbortController();
  const items = async () => {
    controller.abort(new Error('another collection'));
    return [item(0)];
  };
  await expect(keepPictures(options(3, 'b', { items, signal: controller.signal }))).rejects.toThrow(
    'another collection',
  );
  expect(await kept()).toContain('thumbs/2.webp');
  const onProgress = vi.fn();
  await keepPictures(options(3, 'b', { onProgress }));
  expect(onProgress).toHaveBeenCalledWith(5, 5);
});

test('pictures that a new version does not have leave', async () => {
  await keepPictures(options(3, 'a'));
  await keepPictures(options(1, 'b'));
  expect(await kept()).toEqual(['kept.json', 'previews/0.webp', 'thumbs/0.webp']);
});

test('a collection without pictures is not searched for them, and those that it had leave', async () => {
  await keepPictures(options(3, 'a'));
  const items = () => Promise.reject(new Error('not needed'));
  const collection = { ...options(1_000_000, 'b').collection, pictures: { mode: 'none' as const, bytes: 0 } };
  await keepPictures(options(1_000_000, 'b', { collection, items }));
  expect(await kept()).toEqual(['kept.json']);
});
