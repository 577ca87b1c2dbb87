/** What version 4 lets others and later versions add. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import type { ByteSource } from '../ports.ts';
import { MAX_MANIFEST_EXTENSION_BYTES } from './extensions/extensions.ts';
import { entryOf, parseManifest, sealManifest, stringifyManifest } from './manifest.ts';
import { readCollection } from './reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  writeCollection,
  writeManifest,
} from './testing.ts';
import { forgeManifest, growManifest, grownItem, otherSections } from './testing-additions.ts';
import { type CollectionManifest, type Item, PART_KINDS, type Part } from './types.ts';

const FOLDER = 'collections/holidays';
const COUNT = 6;
const invalid = expect.objectContaining({ code: 'collection-invalid' });

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));
/** Any JSON, with members that JavaScript treats in ways of its own. */
const json = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>({ 10: 1, 9: 2, b: 3, a: 4 }, JSON.parse('{"__proto__":{"x":1},"constructor":0}'), '\ud800', {
    '\ue000': 1,
    '\u{1f600}': 2,
  }),
);
const anyExtensions = fc
  .dictionary(name, json, { maxKeys: 4 })
  .map((members): NonNullable<Item['extensions']> => JSON.parse(JSON.stringify(members))); // without −0

let plain: CollectionManifest;
let manifest: CollectionManifest;
let files: Files;
/** Paths that were read. */
let reads: string[];

beforeAll(async () => {
  files = new Map();
  const items = Array.from({ length: COUNT }, (_, row) => grownItem(sampleItem(row), row));
  plain = await writeCollection(sampleContent(sha256, COUNT, 4, { items }), files);
  const grown = await growManifest(plain, otherSections(plain), sha256);
  manifest = grown.manifest;
  for (const [path, bytes] of grown.files) files.set(`${FOLDER}/${path}`, bytes);
  writeManifest(manifest, files);
});

const forge = (changes: object) => forgeManifest(manifest, changes, sha256);

const withOther = (changes: Partial<Part>) => ({
  parts: manifest.parts.map((part) => (part.kind === 'layout' ? { ...part, ...changes } : part)),
});

/** The JSON of RFC 8785, written down once more. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`)}}`;
}

/** The same value with the members of all objects in the opposite order, as far as JavaScript lets them be. */
function turned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, turned(one)]),
  );
}

describe('a collection with sections and members that nobody here knows', () => {
  async function open() {
    reads = [];
    const source = createMemorySource(files, sha256);
    const read: ByteSource['read'] = (path, ...rest) => {
      reads.push(path);
      return source.read(path, ...rest);
    };
    return readCollection({ ...source, read }, sha256, 'holidays');
  }

  test('is read like the one without, and its sections are not', async () => {
    const collection = await open();
    expect(collection.manifest).toEqual(manifest);
    expect(entryOf(manifest)).toEqual({ ...entryOf(plain), sha256: manifest.sha256 });
    const without = { ...sampleContent(sha256, COUNT, 4) };
    expect(await collection.vectors()).toEqual(without.vectors);
    expect(await collection.graph()).toEqual(without.graph);
    const items = await collection.allItems();
    for (const [row, item] of items.entries()) expect(item).toEqual(grownItem(sampleItem(row), row));
    expect(collection.parts().map(({ path }) => path)).toEqual(plain.parts.map(({ path }) => `${FOLDER}/${path}`));
    expect(reads.sort()).toEqual(plain.parts.map(({ path }) => `${FOLDER}/${path}`).sort());
    expect(PART_KINDS.map((kind) => collection.parts(kind).length)).toEqual([1, 1, 0, 0, 0, 1, 0, 0]);
  });

  test('with blocks too', async () => {
    const own: Files = new Map();
    const items = Array.from({ length: 40 }, (_, row) => grownItem(sampleItem(row), row));
    const limits = { wholeCount: 0, blockBytes: 1500 };
    const content = sampleContent(sha256, 40, 4, { items, limits, codes: new Uint8Array(9), index: 'codes' });
    const written = await writeCollection(content, own);
    const grown = await growManifest(written, otherSections(written), sha256);
    writeManifest(grown.manifest, own);
    const store = await (await readCollection(createMemorySource(own, sha256), sha256, 'holidays')).items();
    for (const [row, item] of items.entries()) expect(await store.get(row)).toEqual(item);
    expect(await store.rowOf(sampleItem(33).id)).toBe(33);
  });

  test('opens without their files, and whatever these hold', async () => {
    for (const { kind, path } of manifest.parts.slice(plain.parts.length)) {
      const damaged = new Map(files);
      damaged.delete(`${FOLDER}/${path}`);
      const collection = await readCollection(createMemorySource(damaged, sha256), sha256, 'holidays');
      expect(await collection.allItems(), kind).toHaveLength(COUNT);
      expect((await collection.vectors()).count).toBe(COUNT);
    }
  });

  test('hands its parts out as they are, verified', async () => {
    const collection = await open();
    for (const part of manifest.parts) {
      expect(await collection.readPart(part)).toEqual(files.get(`${FOLDER}/${part.path}`));
    }
    const part = manifest.parts.at(-1) as Part;
    const damaged = new Map(files).set(`${FOLDER}/${part.path}`, new Uint8Array(part.bytes));
    const other = await readCollection(createMemorySource(damaged, sha256), sha256, 'holidays');
    await expect(other.readPart(part)).rejects.toMatchObject({ code: 'part-corrupt' });
  });
});

describe('extensions of the manifest', () => {
  test('come back as they were written, under a hash that everyone computes alike', async () => {
    await fc.assert(
      fc.asyncProperty(anyExtensions, async (extensions) => {
        const { sha256: _, ...content } = { ...plain, extensions };
        const sealed = await sealManifest(content, sha256);
        const text = stringifyManifest(sealed);
        expect(await parseManifest(text, sha256)).toEqual(sealed);
        expect(JSON.stringify(sealed.extensions)).toBe(JSON.stringify(extensions));
        const { sha256: hash, ...rest } = JSON.parse(text);
        expect(await sha256(new TextEncoder().encode(canonical(rest)))).toBe(hash);
        const again = await sealManifest(turned(content) as typeof content, sha256);
        expect(again.sha256).toBe(hash);
      }),
    );
  });

  test('of −0 are those of 0, which is what JSON has', async () => {
    const { sha256: _, ...content } = { ...plain, extensions: { 'org.example.zero': -0 } };
    const sealed = await sealManifest(content, sha256);
    expect(await parseManifest(stringifyManifest(sealed), sha256)).toEqual(sealed);
  });

  test('may take 64 KiB, and not a byte more', async () => {
    const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value)).length;
    const around = bytes({ 'org.example.long': '' });
    const ofSize = (size: number) => ({
      'org.example.long': 'é'.repeat(20_000) + 'x'.repeat(size - around - 40_000),
    });
    const [most, more] = [ofSize(MAX_MANIFEST_EXTENSION_BYTES), ofSize(MAX_MANIFEST_EXTENSION_BYTES + 1)];
    expect(bytes(most)).toBe(MAX_MANIFEST_EXTENSION_BYTES);
    expect((await parseManifest(await forge({ extensions: most }), sha256)).extensions).toEqual(most);
    await expect(parseManifest(await forge({ extensions: more }), sha256)).rejects.toThrow(/more than 65536 bytes/);
  });

  test.each<[string, object]>([
    ['extensions is not an object', { extensions: [] }],
    ['extensions is not an object', { extensions: null }],
    ['extensions is not an object', { extensions: 'org.example' }],
    ['"Org.example", which is not a name', { extensions: { 'Org.example': 1 } }],
    ['"org..example", which', { extensions: { 'org..example': 1 } }],
    ['".org", which', { extensions: { '.org': 1 } }],
    ['"org/example", which', { extensions: { 'org/example': 1 } }],
    ['"", which', { extensions: { '': 1 } }],
    ['"__proto__", which', { extensions: JSON.parse('{"__proto__":1}') }],
    ['which is not a name', { extensions: { ['a'.repeat(65)]: 1 } }],
    ['nested too deeply', { extensions: { deep: JSON.parse('['.repeat(33) + ']'.repeat(33)) } }],
  ])('%s: refused, however well it is hashed', async (where, changes) => {
    await expect(parseManifest(await forge(changes), sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(await forge(changes), sha256)).rejects.toThrow(where);
  });

  test('nested a hundred thousand deep are refused, not followed', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const source = stringifyManifest(manifest).replace('"later-version": 1', `"later-version": ${deep}`);
    expect(source).toContain(deep);
    await expect(parseManifest(source, sha256)).rejects.toThrow(invalid);
  });

  test.each([
    ['a member twice', '"later-version": 1', '"later-version": 2,\n    "later-version": 1'],
    ['extensions twice', '"extensions": {', '"extensions": {},\n  "extensions": {'],
    ['a part’s kind twice', '"kind": "layout"', '"kind": "labels",\n      "kind": "layout"'],
    ['a number in another spelling', '"later-version": 1', '"later-version": 1.0'],
    ['a number that nothing can hold', '"later-version": 1', '"later-version": 1e999'],
    ['a number with too many digits', '"later-version": 1', '"later-version": 1.00000000000000000001'],
    ['text in another spelling', 'é ', '\\u00e9 '],
  ])('with %s are refused', async (_, from, to) => {
    const source = stringifyManifest(manifest).replace(from, to);
    expect(source).not.toBe(stringifyManifest(manifest));
    await expect(parseManifest(source, sha256)).rejects.toThrow(invalid);
  });

  test('any flipped bit is noticed', async () => {
    const bytes = new TextEncoder().encode(stringifyManifest(manifest));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        await expect(parseManifest(new TextDecoder().decode(damaged), sha256)).rejects.toMatchObject({
          code: expect.stringMatching(/^collection-(invalid|version)$/),
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('parts of other kinds', () => {
  const hash = 'd'.repeat(64);
  test.each<[string, () => object]>([
    ['kind is not a name', () => withOther({ kind: 'Layout' })],
    ['kind is not a name', () => withOther({ kind: 'org.example:layout' })],
    ['kind is not a name', () => withOther({ kind: '../layout' })],
    ['is not named by its content', () => withOther({ kind: 'org.example.layout' })],
    ['is not named by its content', () => withOther({ path: '../secret.bin' })],
    ['dependsOn is not', () => withOther({ dependsOn: 'weather' as 'rows' })],
    [
      'has no dependsOn',
      () => ({ parts: [...plain.parts, { kind: 'x', path: 'x-dddddddddddddddd.bin', sha256: hash, bytes: 1 }] }),
    ],
    ['which vectors never have', () => ({ parts: manifest.parts.map((part) => ({ ...part, dependsOn: 'rows' })) })],
    [
      'depend on different things',
      () => ({ parts: [...manifest.parts, { ...manifest.parts.at(-1), dependsOn: 'rows' }] }),
    ],
    ['bytes is', () => withOther({ bytes: 0 })],
    ['bytes is', () => withOther({ bytes: 2 ** 25 })],
    ['has no graph', () => ({ parts: manifest.parts.filter((part) => part.kind !== 'graph') })],
  ])('%s: refused, however well it is hashed', async (where, changes) => {
    await expect(parseManifest(await forge(changes()), sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(await forge(changes()), sha256)).rejects.toThrow(where);
  });
});
