import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import { AfterimageError, type ErrorCode } from '../errors.ts';
import type { ByteSource } from '../ports.ts';
import { sealManifest, type UnsealedManifest } from './manifest.ts';
import { type Collection, openCollection, readCollection } from './reader.ts';
import { partPath } from './sections/parts.ts';
import { SECTION_HEADER_BYTES } from './sections/section.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  sampleVectors,
  writeCollection,
  writeManifest,
} from './testing.ts';
import { type CollectionManifest, MAX_PART_BYTES, PART_KINDS, type Part, type PartKind } from './types.ts';
import { storeVectors } from './vectors/stored-vectors.ts';
import { quantiserFor } from './vectors/vector-blocks.ts';
import type { CollectionContent } from './writer.ts';

/** Those of cells only they have: `src/platform/indexes/cells/damage.test.ts`. */
const KINDS = PART_KINDS.filter((kind) => kind !== 'cells' && kind !== 'members');
const FOLDER = 'collections/holidays';
let files: Files;
let manifest: CollectionManifest;

/** Small, but with every kind of section and several blocks of each. */
const sample = (count = 8, dim = 4, changes: Partial<CollectionContent> = {}) =>
  sampleContent(sha256, count, dim, {
    codes: new TextEncoder().encode('bits for rows'),
    limits: { wholeCount: 0, blockBytes: 3 * (16 + dim) },
    ...changes,
  });

beforeAll(async () => {
  files = new Map();
  manifest = await writeCollection(sample(), files);
});

const open = (damaged: Files) => readCollection(createMemorySource(damaged, sha256), sha256, 'holidays');
const part = (of: CollectionManifest, kind: PartKind) => of.parts.find((one) => one.kind === kind) as Part;
const bytesOf = (kind: PartKind) => files.get(`${FOLDER}/${part(manifest, kind).path}`) as Uint8Array;

/** The code of the error that reading everything ends in; `undefined` when nothing was noticed. */
async function outcome(opening: Collection | Promise<Collection>): Promise<ErrorCode | undefined> {
  try {
    const collection = await opening;
    await collection.vectors();
    await collection.graph();
    await collection.codes();
    await collection.allItems();
    const store = await collection.items();
    for (let row = 0; row < store.count; row++) expect(await store.rowOf((await store.get(row)).id)).toBe(row);
    const { vectors } = await collection.blockTable();
    for (const block of vectors) await collection.readBlock('vectors', block);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AfterimageError);
    return (error as AfterimageError).code;
  }
}

/** The collection with other bytes in the place of a part, under its old name and hash. */
const replaced = (kind: PartKind, bytes: Uint8Array): Files =>
  new Map(files).set(`${FOLDER}/${part(manifest, kind).path}`, bytes);

/** The collection with other bytes as its only part of a kind, with hashes that agree: only structure can tell. */
async function forged(kind: PartKind, bytes: Uint8Array, changes: Partial<UnsealedManifest> = {}): Promise<Files> {
  const hash = await sha256(bytes);
  const path = partPath(kind, hash);
  const parts = manifest.parts.map((one) =>
    one.kind === kind ? { kind, path, sha256: hash, bytes: bytes.length } : one,
  );
  const { sha256: _, ...content } = manifest;
  const result = new Map(files).set(`${FOLDER}/${path}`, bytes);
  writeManifest(await sealManifest({ ...content, parts, ...changes }, sha256), result);
  return result;
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const damaged = bytes.slice();
  damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
  return damaged;
}

test('an undamaged collection is read to the end', async () => {
  expect(await outcome(open(files))).toBeUndefined();
});

describe.each(KINDS)('%s', (kind) => {
  test('with any flipped bit', async () => {
    await fc.assert(
      // Nobody reads the header of ids: their blocks are verified one by one.
      fc.asyncProperty(
        fc.integer({ min: kind === 'ids' ? 256 : 0, max: bytesOf(kind).length * 8 - 1 }),
        async (bit) => {
          expect(await outcome(open(replaced(kind, flip(bytesOf(kind), bit))))).toBe('part-corrupt');
        },
      ),
    );
  });

  test('truncated anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytesOf(kind).length - 1), async (length) => {
        expect(await outcome(open(replaced(kind, bytesOf(kind).slice(0, length))))).toBe('part-corrupt');
      }),
    );
  });

  test('missing', async () => {
    const damaged = new Map(files);
    damaged.delete(`${FOLDER}/${part(manifest, kind).path}`);
    expect(await outcome(open(damaged))).toBe('part-missing');
  });

  test('with the bytes of another part', async () => {
    for (const other of KINDS.filter((one) => one !== kind)) {
      expect(await outcome(open(replaced(kind, bytesOf(other))))).toBe('part-corrupt');
    }
  });

  test('with a length that the byte source did not check', async () => {
    const isOurs = (path: string) => path.includes(`/${kind}-`);
    const source = createMemorySource(files, sha256);
    const careless: ByteSource = {
      ...source,
      read: async (path) => (files.get(path) as Uint8Array).slice(0, isOurs(path) ? -1 : undefined),
      readRange: async (path, ...rest) =>
        (await source.readRange(path, ...rest)).slice(0, isOurs(path) ? -1 : undefined),
    };
    expect(await outcome(openCollection(careless, manifest))).toBe('part-corrupt');
  });
});

describe('with hashes that agree', () => {
  test('a part of another kind', async () => {
    expect(await outcome(forged('graph', bytesOf('items')).then(open))).toBe('part-corrupt');
    expect(await outcome(forged('items', bytesOf('vectors')).then(open))).toBe('part-corrupt');
  });

  test.each<[string, Parameters<typeof sample>]>([
    ['another number of pictures', [6, 4]],
    ['another dimension', [8, 8]],
    ['another encoding', [8, 4, { vectors: storeVectors(sampleVectors(8, 4), 4, 'f16') }]],
    ['another model', [8, 4, { model: { id: 'tiny-clip', sha256: 'b'.repeat(64) } }]],
    ['other pictures', [8, 4, { items: [9, 8, 7, 6, 5, 4, 3, 2].map(sampleItem) }]],
    ['another order of pictures', [8, 4, { items: [7, 6, 5, 4, 3, 2, 1, 0].map(sampleItem) }]],
  ])('any part of a collection with %s', async (_, arguments_) => {
    const others: Files = new Map();
    const other = await writeCollection(sample(...arguments_), others);
    for (const kind of KINDS) {
      const foreign = others.get(`${FOLDER}/${part(other, kind).path}`) as Uint8Array;
      // The header of ids is not read; other encodings leave most sections as they are.
      const body = kind === 'ids' || arguments_[2]?.vectors ? SECTION_HEADER_BYTES : 0;
      if (Buffer.from(foreign.subarray(body)).equals(bytesOf(kind).subarray(body))) continue;
      const found = await outcome(forged(kind, foreign).then(open));
      const isSized = kind === 'vectors' || kind === 'ids';
      expect(found).toBe(isSized && foreign.length !== bytesOf(kind).length ? 'collection-invalid' : 'part-corrupt');
    }
  });

  test('vectors of another shape with as many bytes: int8 × 8 for f16 × 14', async () => {
    const others: Files = new Map();
    const other = await writeCollection(sample(8, 8), others);
    const foreign = others.get(`${FOLDER}/${part(other, 'vectors').path}`) as Uint8Array;
    const quantiser = quantiserFor('f16', 14);
    expect(await outcome(forged('vectors', foreign, { dim: 14, quantiser }).then(open))).toBe('part-corrupt');
  });

  test('vectors that say another encoding or another size of blocks', async () => {
    for (const at of [32, 36, 47]) {
      const bytes = bytesOf('vectors').slice();
      bytes[at] = 9;
      expect(await outcome(forged('vectors', bytes).then(open))).toBe('part-corrupt');
    }
  });

  test.each([
    ['fewer of them', (view: DataView) => view.setUint32(32, 3, true)],
    ['so many that none is left for others', (view: DataView) => view.setUint32(32, 2 ** 32 - 1, true)],
    ['a number that is none of theirs', (view: DataView) => view.setUint32(44, 1, true)],
    ['another first row of vectors', (view: DataView) => view.setUint32(48 + 2 * 32, 1, true)],
    ['another length', (view: DataView) => view.setUint32(48 + 32 + 12, 8, true)],
    ['another offset', (view: DataView) => view.setUint32(48 + 32 + 8, 65, true)],
    ['another part', (view: DataView) => view.setUint32(48 + 32 + 4, 1, true)],
    ['another first row of items', (view: DataView) => view.setUint32(48 + 5 * 32, 0, true)],
    ['a row of items that is not there', (view: DataView) => view.setUint32(48 + 11 * 32, 8, true)],
    ['ids in another order', (view: DataView) => view.setUint32(48 + 12 * 32, 9, true)],
  ])('a table of blocks with %s', async (_, change) => {
    const bytes = bytesOf('blocks').slice();
    const view = new DataView(bytes.buffer);
    expect([32, 36, 40, 44].map((at) => view.getUint32(at, true))).toEqual([4, 8, 2, 0]);
    change(view);
    expect(await outcome(forged('blocks', bytes).then(open))).toBe('part-corrupt');
  });

  test('a section of another version', async () => {
    const other = bytesOf('graph').slice();
    other[4] = 1;
    expect(await outcome(forged('graph', other).then(open))).toBe('part-corrupt');
  });

  test('a section that ends within its header', async () => {
    const short = bytesOf('graph').slice(0, 31);
    await expect(forged('graph', short)).rejects.toThrow(expect.objectContaining({ code: 'collection-invalid' }));
  });

  test.each([
    ['a centre of NaN', 48, [0, 0, 0xc0, 0x7f]],
    ['a centre far away', 48, [0, 0, 0, 0x41]],
    // Of a group without dimensions, which changes no vector.
    ['a scale of NaN', 64 + 14, [0xc0, 0x7f]],
    ['a scale below nothing', 64 + 14, [0x80, 0xbc]],
    ['a scale that is too large', 64 + 14, [0, 0x3f]],
    ['no scale', 64, [0, 0, 0, 0]],
    ['a code that stands for nothing', 64 + 3 * 16, [0x80]],
  ])('vectors with %s', async (_, at, damage) => {
    const bytes = bytesOf('vectors').slice();
    bytes.set(damage, at);
    expect(await outcome(forged('vectors', bytes).then(open))).toBe('part-corrupt');
  });

  test.each([
    ['zeros', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['numbers that are too large', [0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c]],
    ['NaN', [0, 0x7e, 0, 0, 0, 0, 0, 0]],
  ])('half-precision vectors of %s', async (_, row) => {
    const others: Files = new Map();
    const vectors = storeVectors(sampleVectors(8, 4), 4, 'f16');
    const other = await writeCollection(sample(8, 4, { vectors }), others);
    const bytes = (others.get(`${FOLDER}/${part(other, 'vectors').path}`) as Uint8Array).slice();
    bytes.set(row, 48 + 8);
    const { quantiser } = other;
    expect(await outcome(forged('vectors', bytes, { quantiser }).then(open))).toBe('part-corrupt');
  });

  test('items of which a line is missing, doubled or broken', async () => {
    const text = new TextDecoder().decode(bytesOf('items').subarray(32));
    const lines = text.split('\n').slice(0, -1);
    const attempt = async (changed: string[]) => {
      const body = new TextEncoder().encode(changed.map((line) => `${line}\n`).join(''));
      return outcome(forged('items', new Uint8Array([...bytesOf('items').subarray(0, 32), ...body])).then(open));
    };
    expect(await attempt(lines)).toBeUndefined();
    expect(await attempt(lines.with(0, lines[1] as string).with(1, lines[0] as string))).toBe('part-corrupt');
    expect(await attempt(lines.slice(1))).toBe('part-corrupt');
    expect(await attempt([...lines, lines[0] as string])).toBe('part-corrupt');
    expect(await attempt(lines.with(2, '{"id":"'))).toBe('part-corrupt');
  });
});

test('more bytes than any memory holds', async () => {
  const dim = 65_536;
  const count = 700_000;
  const quantiser = quantiserFor('int8', dim);
  const full: Part = {
    kind: 'vectors',
    path: partPath('vectors', 'c'.repeat(64)),
    sha256: 'c'.repeat(64),
    bytes: MAX_PART_BYTES,
  };
  const inPart = Math.floor(MAX_PART_BYTES / quantiser.rowBytes) - 5;
  const head = 32 + 16 + 4 * dim;
  const vectors = Array.from({ length: Math.ceil(count / inPart) }, (_, i) => ({
    ...full,
    bytes: (i === 0 ? head : 0) + Math.min(inPart, count - i * inPart) * quantiser.rowBytes,
  }));
  const items = Array<Part>(1).fill({ ...full, kind: 'items', path: partPath('items', full.sha256) });
  const { sha256: _, ...content } = manifest;
  const parts = [...vectors, part(manifest, 'graph'), ...items];
  const huge = new Map(files);
  writeManifest(await sealManifest({ ...content, count, dim, quantiser, parts }, sha256), huge);
  await expect((await open(huge)).vectors()).rejects.toThrow(expect.objectContaining({ code: 'collection-too-large' }));
});
