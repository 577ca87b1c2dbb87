import { AfterimageError } from '../errors.ts';
import type { ByteSource, Sha256 } from '../ports.ts';
import { stringifyManifest } from './manifest.ts';
import type { CollectionManifest, Item } from './types.ts';
import { storeVectors } from './vectors/stored-vectors.ts';
import { type CollectionContent, encodeCollection } from './writer.ts';

/** Files by path, as a host would serve them. */
export type Files = Map<string, Uint8Array>;

/** A byte source over files in memory that verifies what it hands out, as those of the platforms do. */
export function createMemorySource(files: Files, sha256: Sha256): ByteSource {
  return {
    async readRange(path, _expected, { offset, length, hash }, options) {
      options?.signal?.throwIfAborted();
      const bytes = files.get(path)?.slice(offset, offset + length);
      if (bytes === undefined) throw new AfterimageError('part-missing', `${path} is missing.`);
      if (!(await sha256(bytes)).startsWith(hash)) throw new AfterimageError('part-corrupt', `${path} is damaged.`);
      return bytes;
    },
    async read(path, expected, options) {
      options?.signal?.throwIfAborted();
      const bytes = files.get(path);
      if (bytes === undefined) throw new AfterimageError('part-missing', `${path} is missing.`);
      if (bytes.length !== expected.bytes || (await sha256(bytes)) !== expected.sha256) {
        throw new AfterimageError('part-corrupt', `${path} is damaged.`);
      }
      options?.onProgress?.(bytes.length, expected.bytes);
      return bytes;
    },
    async readText(path) {
      const bytes = files.get(path);
      return bytes && new TextDecoder().decode(bytes);
    },
  };
}

/** An item as `build-index` would record it; `row` makes it distinct. */
export function sampleItem(row: number): Item {
  const id = row.toString(16).padStart(16, '0');
  return {
    id,
    name: `holidays/${row}.jpg`,
    title: null,
    licence: null,
    width: 4000,
    height: 3000,
    bytes: 2_000_000 + row,
    date: '2026-11-21T03:00:00.000Z',
    thumbnail: { path: `thumbs/${id.slice(0, 2)}/${id}.webp`, width: 320, height: 240 },
    preview: { path: `previews/${id.slice(0, 2)}/${id}.webp`, width: 1024, height: 768 },
  };
}

/** count × dim numbers, unit norm by row, the same for the same arguments. */
export function sampleVectors(count: number, dim: number): Float32Array {
  const vectors = new Float32Array(count * dim);
  let state = 1;
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    for (let i = 0; i < dim; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      vector[i] = state / 2 ** 32 - 0.5;
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < dim; i++) vector[i] = (vector[i] as number) / norm;
  }
  return vectors;
}

/** A small valid collection, `changes` applied. */
export function sampleContent(
  sha256: Sha256,
  count: number,
  dim: number,
  changes: Partial<CollectionContent> = {},
): CollectionContent {
  return {
    name: 'holidays',
    title: 'Holidays',
    description: 'Pictures of summer.',
    licence: 'CC0-1.0',
    examples: ['a beach', 'a train'],
    created: '2026-11-21T03:00:00.000Z',
    model: { id: 'tiny-clip', sha256: 'a'.repeat(64) },
    dim,
    hnsw: { M: 16, efConstruction: 200, efSearch: 64 },
    index: 'hnsw',
    pictures: { mode: 'preview', bytes: 12_345 },
    items: Array.from({ length: count }, (_, row) => sampleItem(row)),
    vectors: storeVectors(sampleVectors(count, dim), dim, 'int8'),
    graph: new TextEncoder().encode('links between rows'),
    sha256,
    ...changes,
  };
}

/** Write `content` into `files` below `collections/`, the manifest last. */
export async function writeCollection(content: CollectionContent, files: Files): Promise<CollectionManifest> {
  const folder = `collections/${content.name}`;
  const encoding = encodeCollection(content);
  let next = await encoding.next();
  for (; !next.done; next = await encoding.next()) files.set(`${folder}/${next.value.path}`, next.value.bytes);
  writeManifest(next.value, files);
  return next.value;
}

export function writeManifest(manifest: CollectionManifest, files: Files): void {
  const bytes = new TextEncoder().encode(stringifyManifest(manifest));
  files.set(`collections/${manifest.name}/manifest.json`, bytes);
}
