import { AfterimageError } from '../errors.ts';
import { type CellShape, encodeHead as encodeCellsHead } from '../index/cells/head.ts';
import { encodeMembers } from '../index/cells/members.ts';
import { type Code, codeBytes } from '../index/codes/code.ts';
import type { Sha256 } from '../ports.ts';
import { drawRows } from '../search/cutoff.ts';
import { encodeIdBlocks } from './items/ids.ts';
import { encodeItemBlocks } from './items/items.ts';
import { fingerprintOf, sealManifest } from './manifest.ts';
import { BLOCK_KINDS, type Block, type BlockKind, encodeBlockTable, HASH_BYTES } from './sections/block-table.ts';
import { type Packed, type Piece, pack } from './sections/pack.ts';
import { partPath } from './sections/parts.ts';
import { encodeSectionHeader, type SectionIdentity } from './sections/section.ts';
import {
  CELLS,
  type CollectionManifest,
  FORMAT_VERSION,
  type Item,
  MAX_BLOCK_BYTES,
  MAX_PART_BYTES,
  type Part,
  type PartKind,
} from './types.ts';
import type { StoredVectors } from './vectors/stored-vectors.ts';
import { encodeBlocks, encodeHead, quantiserFor } from './vectors/vector-blocks.ts';

export interface WrittenCells {
  readonly shape: CellShape;
  readonly code: Code;
  /** Of all rows, in their order. */
  readonly codes: Uint8Array;
}

/** What the manifest says and the pictures do not. */
export type CollectionDescription = Pick<
  CollectionManifest,
  | 'name'
  | 'title'
  | 'description'
  | 'licence'
  | 'examples'
  | 'created'
  | 'model'
  | 'dim'
  | 'hnsw'
  | 'index'
  | 'pictures'
  | 'extensions'
>;

export interface CollectionContent extends CollectionDescription {
  /** One for each row; read several times, so that they need not all be in memory. */
  readonly items: Iterable<Item> & { readonly length: number };
  /** One for each row. */
  readonly vectors: StoredVectors;
  /** Rows of a block: the fewer, the less is read for a single row, and the larger is the table of blocks. */
  readonly rowsPerBlock?: number | undefined;
  /** What the HNSW index wrote, and the first-pass code; opaque here. The manifest's `index` must have its own. */
  readonly graph?: Uint8Array | undefined;
  readonly codes?: Uint8Array | undefined;
  /** What an index of cells is made of; its rows are those of the vectors. */
  readonly cells?: WrittenCells | undefined;
  /** Parts of sections that this version does not know, which the caller puts into place. */
  readonly others?: readonly Part[];
  readonly sha256: Sha256;
  /** Other sizes than the usual ones, for tests. */
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  readonly partBytes: number;
  readonly blockBytes: number;
  /** Collections of more pictures get `ids` and `blocks`, so that items are read as they are looked at. */
  readonly wholeCount: number;
}

/** 4,096 items are a megabyte or two: one request, and no other when the grid is scrolled. */
const LIMITS: Limits = { partBytes: MAX_PART_BYTES, blockBytes: MAX_BLOCK_BYTES, wholeCount: 4096 };

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
 *   `dimension-mismatch` when vectors are not items × dim.
 */
export async function* encodeCollection(content: CollectionContent): AsyncGenerator<EncodedPart, CollectionManifest> {
  const {
    items,
    vectors,
    rowsPerBlock,
    graph,
    codes,
    cells,
    others = [],
    sha256,
    limits: given,
    ...description
  } = content;
  checkShape(content);
  const limits = { ...LIMITS, ...given };
  const quantiser = quantiserFor(vectors.encoding, vectors.dim, { blockBytes: limits.blockBytes, rowsPerBlock });
  const ids = Array.from(items, ({ id }) => id);
  const fingerprint = await fingerprintOf(content.model.sha256, ids, sha256);
  const identity: SectionIdentity = { count: items.length, dim: content.dim, fingerprint };
  const parts: Part[] = [];
  const inBlocks = items.length > limits.wholeCount || content.index === 'codes' || cells !== undefined;
  const table: Record<BlockKind, Block[]> = { vectors: [], items: [], ids: [] };
  const members: Block[] = [];

  async function* encodeSection(kind: PartKind, body: Iterable<Piece>): AsyncGenerator<EncodedPart> {
    let part = 0;
    const blocks = kind === 'members' ? members : inBlocks && isBlockKind(kind) ? table[kind] : undefined;
    for (const packed of pack(withHeader(encodeSectionHeader(kind, identity), body), limits.partBytes)) {
      const hash = await sha256(packed.bytes);
      const path = partPath(kind, hash);
      parts.push({ kind, path, sha256: hash, bytes: packed.bytes.length });
      if (blocks) blocks.push(...(await hashed(packed, part, sha256)));
      yield { path, bytes: packed.bytes };
      part++;
    }
  }

  yield* encodeSection('vectors', vectorPieces(vectors, quantiser));
  if (graph) yield* encodeSection('graph', [{ bytes: graph }]);
  if (codes) yield* encodeSection('codes', [{ bytes: codes }]);
  if (cells) {
    yield* encodeSection('members', memberPieces(cells, table.vectors.splice(1), quantiser.rowsPerBlock));
    yield* encodeSection('cells', [{ bytes: cellsHead(cells, members) }]);
  }
  yield* encodeSection('items', encodeItemBlocks(items, limits.blockBytes));
  if (inBlocks) {
    yield* encodeSection('ids', encodeIdBlocks(ids, limits.blockBytes));
    yield* encodeSection('blocks', [{ bytes: encodeBlockTable(table) }]);
  }
  return sealManifest(
    {
      ...{ ...description, format: 'afterimage-collection', version: FORMAT_VERSION, metric: 'cosine', quantiser },
      ...{ ...identity, ...(cells && { requires: [CELLS] }), parts: [...parts, ...others] },
    },
    sha256,
  );
}

function checkShape({ items, vectors, dim }: CollectionContent): void {
  if (vectors.count === items.length && vectors.dim === dim) return;
  throw new AfterimageError(
    'dimension-mismatch',
    `${vectors.count} vectors of dimension ${vectors.dim} are not ${items.length} of dimension ${dim}.`,
  );
}

function* vectorPieces(vectors: StoredVectors, quantiser: CollectionManifest['quantiser']): Generator<Piece> {
  yield { bytes: encodeHead(vectors, quantiser), first: 0 };
  let first = 0;
  for (const bytes of encodeBlocks(vectors, quantiser)) {
    yield { bytes, first };
    first += quantiser.rowsPerBlock;
  }
}

/** The members of each cell. @param vectors all blocks of rows */
function* memberPieces({ shape, code, codes }: WrittenCells, vectors: readonly Block[], rowsPerBlock: number) {
  const bytes = codeBytes(code);
  let first = 0;
  for (const [cell, rows] of shape.rows.entries()) {
    const own = codes.subarray(first * bytes, (first + rows) * bytes);
    const hashOf = (block: number) => (vectors[block] as Block).hash;
    yield { bytes: encodeMembers({ first, rows, rowsPerBlock, codeBytes: bytes }, own, hashOf), first: cell };
    first += rows;
  }
}

function cellsHead({ shape, code, codes }: WrittenCells, members: readonly Block[]): Uint8Array {
  const bytes = codeBytes(code);
  const drawn = drawRows(codes.length / bytes);
  const sample = new Uint8Array(drawn.length * bytes);
  for (const [i, row] of drawn.entries()) sample.set(codes.subarray(row * bytes, (row + 1) * bytes), i * bytes);
  const hashes = members.map(({ hash }) => hash);
  return encodeCellsHead(shape, hashes, code, sample);
}

function* withHeader(header: Uint8Array, body: Iterable<Piece>): Generator<Piece> {
  yield { bytes: header };
  yield* body;
}

async function hashed({ bytes, blocks }: Packed, part: number, sha256: Sha256): Promise<Block[]> {
  const hash = async ({ offset, length }: Packed['blocks'][number]) =>
    (await sha256(bytes.subarray(offset, offset + length))).slice(0, 2 * HASH_BYTES);
  return Promise.all(blocks.map(async (block) => ({ ...block, part, hash: await hash(block) })));
}

function isBlockKind(kind: PartKind): kind is BlockKind {
  return (BLOCK_KINDS as readonly PartKind[]).includes(kind);
}
