import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import { AfterimageError } from '../errors.ts';
import type { ModelManifest } from '../model/model.ts';
import { assertModel } from './assert-model.ts';
import {
  canonicalJson,
  EMPTY_LIST,
  entryOf,
  isCollectionName,
  parseCollectionList,
  parseManifest,
  sealManifest,
  stringifyCollectionList,
  stringifyManifest,
} from './manifest.ts';
import { partPath } from './sections/parts.ts';
import { sampleContent, writeCollection } from './testing.ts';
import type { CollectionManifest, Part, PartKind } from './types.ts';

const invalid = expect.objectContaining({ code: 'collection-invalid' });
let valid: CollectionManifest;

beforeAll(async () => {
  valid = await writeCollection(sampleContent(sha256, 5, 4), new Map());
});

/** The text of a manifest whose author changed it and computed its hash anew. */
async function forge(changes: object): Promise<string> {
  const { sha256: _, ...content } = { ...valid, ...changes };
  const hash = await sha256(new TextEncoder().encode(canonicalJson(content)));
  return stringifyManifest({ ...content, sha256: hash });
}

const withPart = (changes: Partial<Part>) => ({
  parts: valid.parts.map((part) => (part.kind === 'graph' ? { ...part, ...changes } : part)),
});

const otherPart = (kind: PartKind, bytes: number): Part => {
  const hash = 'd'.repeat(64);
  return { kind, path: partPath(kind, hash), sha256: hash, bytes };
};

describe('the manifest', () => {
  test('what was written is read', async () => {
    expect(await parseManifest(stringifyManifest(valid), sha256)).toEqual(valid);
    expect(await parseManifest(await forge({}), sha256)).toEqual(valid);
  });

  test('the order in which its members are given does not matter to its hash', async () => {
    const { sha256: hash, name, ...others } = valid;
    const { model, ...rest } = others;
    const sealed = await sealManifest({ ...rest, model: { sha256: model.sha256, id: model.id }, name }, sha256);
    expect(stringifyManifest(sealed)).toBe(stringifyManifest(valid));
    expect(sealed.sha256).toBe(hash);
  });

  test.each<[string, () => object]>([
    ['format', () => ({ format: 'something-else' })],
    ['name', () => ({ name: '..' })],
    ['name', () => ({ name: 'a/b' })],
    ['name', () => ({ name: 'index.json' })],
    ['title', () => ({ title: '' })],
    ['licence', () => ({ licence: 3 })],
    ['examples[0]', () => ({ examples: [''] })],
    ['created', () => ({ created: 'today' })],
    ['model.id', () => ({ model: { ...valid.model, id: '../m' } })],
    ['model.sha256', () => ({ model: { ...valid.model, sha256: 'b'.repeat(63) } })],
    ['dim', () => ({ dim: -4 })],
    ['fingerprint', () => ({ fingerprint: 'F'.repeat(32) })],
    ['metric', () => ({ metric: 'l2' })],
    ['hnsw.M', () => ({ hnsw: { ...valid.hnsw, M: 1 } })],
    ['pictures.mode', () => ({ pictures: { mode: 'all', bytes: 0 } })],
    ['pictures.bytes', () => ({ pictures: { mode: 'none', bytes: -1 } })],
    ['bytes of vectors', () => ({ count: 6 })],
    ['rows of 20 bytes', () => ({ dim: 5 })],
    ['few bytes of items', () => ({ parts: valid.parts.map((p) => (p.kind === 'items' ? { ...p, bytes: 36 } : p)) })],
    ['no graph', () => ({ parts: valid.parts.filter((p) => p.kind !== 'graph') })],
    ['no vectors', () => ({ parts: [], count: 0 })],
    ['no codes', () => ({ index: 'codes' })],
    ['index', () => ({ index: 'best' })],
    ['quantiser.encoding', () => ({ quantiser: { ...valid.quantiser, encoding: 'int4' } })],
    ['quantiser.rowsPerBlock', () => ({ quantiser: { ...valid.quantiser, rowsPerBlock: 0 } })],
    ['rows of 9 bytes', () => ({ quantiser: { ...valid.quantiser, rowBytes: 9 } })],
    ['rows of 8 bytes', () => ({ quantiser: { ...valid.quantiser, encoding: 'f16', rowBytes: 8 }, dim: 5 })],
    ['bytes of vectors', () => ({ quantiser: { ...valid.quantiser, encoding: 'f16', rowBytes: 8 } })],
    ['no ids', () => ({ parts: [...valid.parts, otherPart('blocks', 100)] })],
    ['bytes of ids', () => ({ parts: [...valid.parts, otherPart('ids', 100)] })],
    ['parts[1].bytes', () => withPart({ bytes: 20 * 1024 * 1024 + 1 })],
    ['parts[1] is not named by its content', () => withPart({ path: '../graph.bin' })],
    ['parts[1] is not named by its content', () => withPart({ path: 'graph-0123456789abcdef.bin' })],
    ['parts[1] is not named by its content', () => withPart({ sha256: 'c'.repeat(64) })],
    ['parts[1].sha256', () => withPart({ sha256: '' })],
    ['unknown member "extra"', () => ({ extra: true })],
    ['unknown member "__proto__"', () => JSON.parse('{"__proto__":1}') as object],
  ])('a wrong %s is named, however well it is hashed', async (where, changes) => {
    const source = await forge(Object.fromEntries(Object.entries(changes())));
    await expect(parseManifest(source, sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(source, sha256)).rejects.toThrow(where);
  });

  test.each([0, 1, 2, 99])('version %i asks for another Afterimage or another build', async (version) => {
    await expect(parseManifest(await forge({ version }), sha256)).rejects.toThrow(
      expect.objectContaining({ code: 'collection-version' }),
    );
  });

  test('any flipped bit is noticed', async () => {
    const bytes = new TextEncoder().encode(stringifyManifest(valid));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        const error = await parseManifest(new TextDecoder().decode(damaged), sha256).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(AfterimageError);
        expect(['collection-invalid', 'collection-version']).toContain((error as AfterimageError).code);
      }),
      { numRuns: 500 },
    );
  });

  test('any truncation is noticed', async () => {
    const source = stringifyManifest(valid);
    await fc.assert(
      fc.asyncProperty(fc.nat(source.length - 1), async (length) => {
        await expect(parseManifest(source.slice(0, length), sha256)).rejects.toThrow(invalid);
      }),
    );
  });

  test('another spelling of the same content is refused', async () => {
    const source = stringifyManifest(valid);
    await expect(parseManifest(JSON.stringify(valid), sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(source.replace('"dim": 4', '"dim": 4.0'), sha256)).rejects.toThrow(invalid);
    await expect(parseManifest(source.replace('"dim": 4', '"dim": 5,\n  "dim": 4'), sha256)).rejects.toThrow(invalid);
  });

  test('no text makes the parser throw anything but a coded error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (source) => {
        await expect(parseManifest(source, sha256)).rejects.toThrow(invalid);
      }),
    );
  });

  test('nothing is sealed that could not be read', async () => {
    await expect(sealManifest({ ...valid, title: '' }, sha256)).rejects.toThrow(invalid);
  });
});

test.each([
  ['demo', true],
  ['My_pictures-2026', true],
  ['', false],
  ['-x', false],
  ['a.b', false],
  ['a/b', false],
  ['ä', false],
  ['a'.repeat(65), false],
])('%j as the name of a collection: %s', (name, expected) => expect(isCollectionName(name)).toBe(expected));

describe('the list of collections', () => {
  test('survives being written and read', () => {
    const list = { ...EMPTY_LIST, collections: [entryOf(valid), { ...entryOf(valid), name: 'second' }] };
    expect(parseCollectionList(stringifyCollectionList(list))).toEqual(list);
    const withRerankers = { ...list, rerankers: ['blip', 'tiny'] };
    expect(parseCollectionList(stringifyCollectionList(withRerankers))).toEqual(withRerankers);
    expect(EMPTY_LIST.collections).toEqual([]);
  });

  test('an entry is the short form of a manifest', () => {
    expect(entryOf(valid)).toEqual({
      name: 'holidays',
      title: 'Holidays',
      description: 'Pictures of summer.',
      count: 5,
      model: 'tiny-clip',
      sha256: valid.sha256,
    });
  });

  test('a name that is there twice, or leads elsewhere, is refused', () => {
    const one = entryOf(valid);
    const text = (collections: object[]) => JSON.stringify({ ...EMPTY_LIST, collections });
    expect(() => parseCollectionList(text([one, one]))).toThrow(invalid);
    expect(() => parseCollectionList(JSON.stringify({ ...EMPTY_LIST, rerankers: ['../x'] }))).toThrow(invalid);
    expect(() => parseCollectionList(text([{ ...one, name: '../x' }]))).toThrow(invalid);
    expect(() => parseCollectionList(text([{ ...one, url: 'https://elsewhere.example' }]))).toThrow(invalid);
  });

  test('no text makes the parser throw anything but a coded error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (source) => {
        expect(() => parseCollectionList(source)).toThrow(invalid);
      }),
    );
  });
});

describe('the model of a collection', () => {
  const model = (id: string, dim: number, hash: string) =>
    ({
      id,
      dim,
      files: [{ path: 'onnx/vision_model.onnx', sha256: hash, bytes: 1 }],
    }) as Partial<ModelManifest> as ModelManifest;

  test('the same one passes', () => {
    expect(() => assertModel(valid, model('tiny-clip', 4, 'a'.repeat(64)))).not.toThrow();
  });

  test('so does one whose vision tower was left out for hosting', () => {
    const packaged = { ...model('tiny-clip', 4, 'b'.repeat(64)), omittedVision: ['a'.repeat(64)] };
    expect(() => assertModel(valid, packaged)).not.toThrow();
  });

  test.each([
    ['another id', model('other', 4, 'a'.repeat(64))],
    ['another dimension', model('tiny-clip', 8, 'a'.repeat(64))],
    ['another file', model('tiny-clip', 4, 'b'.repeat(64))],
  ])('%s does not', (_, other) => {
    expect(() => assertModel(valid, other)).toThrow(expect.objectContaining({ code: 'collection-model-mismatch' }));
  });
});
