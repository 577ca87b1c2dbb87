import { AfterimageError } from '../errors.ts';
import type { Sha256 } from '../ports.ts';
import { encodeItem } from './items.ts';
import { partPath, sealManifest } from './manifest.ts';
import { encodeSectionHeader, type SectionIdentity } from './section.ts';
import {
  type CollectionManifest,
  FORMAT_VERSION,
  type Item,
  MAX_PART_BYTES,
  type Part,
  type PartKind,
} from './types.ts';
import { findBadRow } from './vectors.ts';

/** What the manifest says and the pictures do not. */
export type CollectionDescription = Pick<
  CollectionManifest,
  'name' | 'title' | 'description' | 'licence' | 'examples' | 'created' | 'model' | 'dim' | 'hnsw' | 'pictures'
>;

export interface CollectionContent extends CollectionDescription {
  /** One for each row. */
  readonly items: readonly Item[];
  /** items × dim, row by row, unit norm. */
  readonly vectors: Float32Array;
  /** What the index wrote; opaque here. */
  readonly graph: Uint8Array;
  readonly sha256: Sha256;
}

export interface EncodedPart {
  /** File name inside the collection's folder. */
  readonly path: string;
  /** The consumer's own: never written to again. */
  readonly bytes: Uint8Array;
}

/**
 * The files of a collection, one part of at most 20 MiB at a time. Returns the sealed manifest, which must be put into
 * place after all of them.
 * @throws AfterimageError `collection-invalid` for items or a description that a reader would refuse,
 *   `dimension-mismatch` when vectors are not items × dim, `embedding-invalid` when one is not of unit norm.
 */
export async function* encodeCollection(content: CollectionContent): AsyncGenerator<EncodedPart, CollectionManifest> {
  const { items, vectors, graph, sha256, ...description } = content;
  checkVectors(content);
  const identity: SectionIdentity = {
    version: FORMAT_VERSION,
    count: items.length,
    dim: content.dim,
    fingerprint: await fingerprint(content),
  };
  const parts: Part[] = [];
  const sections: readonly (readonly [PartKind, Iterable<Uint8Array>])[] = [
    ['vectors', [new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)]],
    ['graph', [graph]],
    ['items', encodeItems(items)],
  ];
  for (const [kind, body] of sections) {
    for (const bytes of cut(encodeSectionHeader(kind, identity), body)) {
      const hash = await sha256(bytes);
      const path = partPath(kind, hash);
      parts.push({ kind, path, sha256: hash, bytes: bytes.length });
      yield { path, bytes };
    }
  }
  return sealManifest(
    { ...description, format: 'afterimage-collection', metric: 'cosine', ...identity, parts },
    sha256,
  );
}

function checkVectors({ items, vectors, dim }: CollectionContent): void {
  if (vectors.length !== items.length * dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `${vectors.length} numbers are not ${items.length} vectors of dimension ${dim}.`,
    );
  }
  const bad = findBadRow(vectors, dim);
  if (bad >= 0) throw new AfterimageError('embedding-invalid', `The vector of row ${bad} is not of unit norm.`);
}

/** See `CollectionManifest.fingerprint`. */
async function fingerprint({ items, model, sha256 }: CollectionContent): Promise<string> {
  const ids = [model.sha256, ...items.map(({ id }) => id)].join('\n');
  return (await sha256(new TextEncoder().encode(ids))).slice(0, 32);
}

function* encodeItems(items: readonly Item[]): Generator<Uint8Array> {
  for (const [row, item] of items.entries()) yield encodeItem(item, row);
}

/** `header` and `body` as one sequence of bytes, in pieces of `MAX_PART_BYTES` (the last one shorter). */
function* cut(header: Uint8Array, body: Iterable<Uint8Array>): Generator<Uint8Array> {
  let pending = [header];
  let size = header.length;
  for (const chunk of body) {
    for (let taken = 0; taken < chunk.length; ) {
      const more = chunk.subarray(taken, taken + MAX_PART_BYTES - size);
      pending.push(more);
      size += more.length;
      taken += more.length;
      if (size === MAX_PART_BYTES) {
        yield join(pending, size);
        pending = [];
        size = 0;
      }
    }
  }
  if (size > 0) yield join(pending, size);
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
