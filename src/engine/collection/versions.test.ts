/** Which versions of the format are read, and what is said of the others. */
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import { isNewer, parseManifest, sealManifest } from './manifest.ts';
import { sampleContent, writeCollection } from './testing.ts';
import { forgeManifest, growManifest, otherSections } from './testing-additions.ts';
import type { CollectionManifest } from './types.ts';

const invalid = expect.objectContaining({ code: 'collection-invalid' });
const newer = (what: RegExp) =>
  expect.objectContaining({ code: 'collection-version', message: expect.stringMatching(what) });

let plain: CollectionManifest;
let manifest: CollectionManifest;

beforeAll(async () => {
  plain = await writeCollection(sampleContent(sha256, 6, 4), new Map());
  manifest = (await growManifest(plain, otherSections(plain), sha256)).manifest;
});

const forge = (changes: object) => forgeManifest(manifest, changes, sha256);

describe('version 3', () => {
  const older = () => ({ version: 3, extensions: undefined, parts: plain.parts });

  test('is read by the same code', async () => {
    const read = await parseManifest(await forge(older()), sha256);
    const { extensions: _, ...expected } = manifest;
    expect(read).toEqual({ ...expected, ...older(), sha256: expect.any(String) });
  });

  test.each<[string, object]>([
    ['has a member', { extensions: {} }],
    ['has a member', { requires: [] }],
    ['the kind segments', { parts: undefined }],
  ])('has nothing of what version 4 has: %s', async (where, changes) => {
    const text = await forge({ ...older(), ...changes, ...('parts' in changes && { parts: manifest.parts }) });
    await expect(parseManifest(text, sha256)).rejects.toThrow(where);
    await expect(parseManifest(text, sha256)).rejects.toThrow(invalid);
  });
});

describe('what only a newer Afterimage can read', () => {
  test('says so', async () => {
    const versions = await forge({ version: 5 });
    await expect(parseManifest(versions, sha256)).rejects.toThrow(
      newer(/newer format version 5; .* reads versions 3 and 4\.$/),
    );
    const needs = await forge({ requires: ['org.example.codes', 'segments'] });
    await expect(parseManifest(needs, sha256)).rejects.toThrow(newer(/needs "org\.example\.codes", which/));
    expect([versions, needs].map(isNewer)).toEqual([true, true]);
  });

  test('says so also where nothing else of it can be understood', async () => {
    const text = JSON.stringify({ format: 'afterimage-collection', version: 4, requires: ['segments'], rows: 'many' });
    await expect(parseManifest(text, sha256)).rejects.toThrow(newer(/needs "segments"/));
    expect(isNewer(text)).toBe(true);
  });

  test('is never written here', async () => {
    const { sha256: _, ...content } = { ...manifest, requires: ['segments'] };
    await expect(sealManifest(content, sha256)).rejects.toThrow(newer(/needs "segments"/));
  });

  test.each<[string, unknown]>([
    ['requires is not a list', 'segments'],
    ['requires is not a list', {}],
    ['requires[0] is not a name', [7]],
    ['requires has more than 100', Array(101).fill(7)],
  ])('%s: damaged, not newer', async (where, requires) => {
    await expect(parseManifest(await forge({ requires }), sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(await forge({ requires }), sha256)).rejects.toThrow(where);
  });

  test('nothing that is required is no hindrance', async () => {
    expect((await parseManifest(await forge({ requires: [] }), sha256)).requires).toEqual([]);
  });

  test('is told from what is older, damaged or something else', async () => {
    const texts = [await forge({ version: 2 }), await forge({}), '', '[', 'null', '{"format":"x","version":9}'];
    expect(texts.map(isNewer)).toEqual(texts.map(() => false));
  });
});
