import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/sha256.ts';
import { AfterimageError, type ErrorCode } from '../errors.ts';
import { partPath, sealManifest, type UnsealedManifest } from './manifest.ts';
import { type Collection, openCollection, readCollection } from './reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  writeCollection,
  writeManifest,
} from './testing.ts';
import { type CollectionManifest, MAX_PART_BYTES, type Part, type PartKind } from './types.ts';

const KINDS = ['vectors', 'graph', 'items'] as const;
const FOLDER = 'collections/holidays';
let files: Files;
let manifest: CollectionManifest;

beforeAll(async () => {
  files = new Map();
  manifest = await writeCollection(sampleContent(sha256, 5, 4), files);
});

const open = (damaged: Files) => readCollection(createMemorySource(damaged, sha256), sha256, 'holidays');
const part = (of: CollectionManifest, kind: PartKind) => of.parts.find((one) => one.kind === kind) as Part;
const bytesOf = (kind: PartKind) => files.get(`${FOLDER}/${part(manifest, kind).path}`) as Uint8Array;

/** The code of the error that reading everything ends in; `undefined` when nothing was noticed. */
async function outcome(collection: Collection | Promise<Collection>): Promise<ErrorCode | undefined> {
  try {
    const { items, vectors, graph } = await collection;
    await vectors();
    await graph();
    const store = await items();
    for (let row = 0; row < store.count; row++) store.get(row);
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
      fc.asyncProperty(fc.nat(bytesOf(kind).length * 8 - 1), async (bit) => {
        expect(await outcome(open(replaced(kind, flip(bytesOf(kind), bit))))).toBe('part-corrupt');
      }),
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
    const read = async (path: string) => (files.get(path) as Uint8Array).slice(0, path.includes(kind) ? -1 : undefined);
    const careless = { ...createMemorySource(files, sha256), read };
    expect(await outcome(openCollection(careless, manifest))).toBe('part-corrupt');
  });
});

describe('with hashes that agree', () => {
  test('a part of another kind', async () => {
    expect(await outcome(forged('graph', bytesOf('items')).then(open))).toBe('part-corrupt');
    expect(await outcome(forged('items', bytesOf('vectors')).then(open))).toBe('part-corrupt');
  });

  test.each<[string, Parameters<typeof sampleContent>]>([
    ['another number of pictures', [sha256, 6, 4]],
    ['another dimension', [sha256, 5, 8]],
    ['another model', [sha256, 5, 4, { model: { id: 'tiny-clip', sha256: 'b'.repeat(64) } }]],
    ['other pictures', [sha256, 5, 4, { items: [9, 8, 7, 6, 5].map(sampleItem) }]],
    ['another order of pictures', [sha256, 5, 4, { items: [4, 3, 2, 1, 0].map(sampleItem) }]],
  ])('any part of a collection with %s', async (_, sample) => {
    const others: Files = new Map();
    const other = await writeCollection(sampleContent(...sample), others);
    for (const kind of KINDS) {
      const foreign = others.get(`${FOLDER}/${part(other, kind).path}`) as Uint8Array;
      const expected =
        kind === 'vectors' && foreign.length !== bytesOf(kind).length ? 'collection-invalid' : 'part-corrupt';
      const found = await outcome(forged(kind, foreign).then(open));
      expect(found).toBe(expected);
    }
  });

  test('vectors of another shape with as many numbers: 10 × 2 or 4 × 5 for 5 × 4', async () => {
    const others: Files = new Map();
    const other = await writeCollection(sampleContent(sha256, 10, 2), others);
    const foreign = others.get(`${FOLDER}/${part(other, 'vectors').path}`) as Uint8Array;
    expect(await outcome(forged('vectors', foreign).then(open))).toBe('part-corrupt');
    expect(await outcome(forged('vectors', bytesOf('vectors'), { count: 4, dim: 5 }).then(open))).toBe('part-corrupt');
  });

  test('a section of another version', async () => {
    const other = bytesOf('graph').slice();
    other[4] = 2;
    expect(await outcome(forged('graph', other).then(open))).toBe('part-corrupt');
  });

  test('a section that ends within its header', async () => {
    const short = bytesOf('graph').slice(0, 31);
    await expect(forged('graph', short)).rejects.toThrow(expect.objectContaining({ code: 'collection-invalid' }));
  });

  test.each([
    ['zeros', 0],
    ['numbers that are too large', 1.1],
    ['NaN', Number.NaN],
  ])('vectors of %s', async (_, value) => {
    const bytes = bytesOf('vectors').slice();
    new Float32Array(bytes.buffer, 32).fill(value, 4, 8);
    expect(await outcome(forged('vectors', bytes).then(open))).toBe('part-corrupt');
  });

  test('items of which a line is missing, doubled or broken', async () => {
    const text = new TextDecoder().decode(bytesOf('items').subarray(32));
    const lines = text.split('\n').slice(0, -1);
    const attempt = async (changed: string[]) => {
      const body = new TextEncoder().encode(changed.map((line) => `${line}\n`).join(''));
      return outcome(forged('items', new Uint8Array([...bytesOf('items').subarray(0, 32), ...body])).then(open));
    };
    expect(await attempt(lines)).toBeUndefined();
    expect(await attempt(lines.slice(1))).toBe('part-corrupt');
    expect(await attempt([...lines, lines[0] as string])).toBe('part-corrupt');
    expect(await attempt(lines.with(2, '{"id":"'))).toBe('part-corrupt');
  });
});

test('more bytes than any memory holds', async () => {
  const dim = 65_536;
  const count = 700_000;
  const total = 32 + count * dim * 4;
  const full: Part = {
    kind: 'vectors',
    path: partPath('vectors', 'c'.repeat(64)),
    sha256: 'c'.repeat(64),
    bytes: MAX_PART_BYTES,
  };
  const vectors = Array.from({ length: Math.ceil(total / MAX_PART_BYTES) }, (_, i) => ({
    ...full,
    bytes: Math.min(MAX_PART_BYTES, total - i * MAX_PART_BYTES),
  }));
  const items = Array<Part>(1).fill({ ...full, kind: 'items', path: partPath('items', full.sha256) });
  const { sha256: _, ...content } = manifest;
  const parts = [...vectors, part(manifest, 'graph'), ...items];
  const huge = new Map(files);
  writeManifest(await sealManifest({ ...content, count, dim, parts }, sha256), huge);
  await expect((await open(huge)).vectors()).rejects.toThrow(expect.objectContaining({ code: 'collection-too-large' }));
});
