import { AfterimageError } from '../errors.ts';
import { type CellShape, encodeHead as encodeCellsHead } from '../index/cells/head.ts';
import { encodeMembers } from '../index/cells/members.ts';
import { type Code, codeBytes } from '../index/codes/code.ts';
import type { Sha256 } from '../ports.ts';
import { fingerprintOf, hashingPieces } from './fingerprint.ts';
import { encodeIdBlocks, type Ids } from './items/ids.ts';
import { encodeItem, encodeItemBlocks } from './items/items.ts';
import { sealManifest } from './manifest.ts';
import { type Block, type BlockKind, encodeBlockTable, HASH_BYTES } from './sections/block-table.ts';
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
import type { Int8Vectors, StoredVectors } from './vectors/stored-vectors.ts';
import { encodeBlocks, encodeHead, quantiserFor } from './vectors/vector-blocks.ts';

/** What is written is read by and by, so that no more of it is in memory than is at work. */
export interface WrittenCells {
  readonly shape: CellShape;
  readonly code: Code;
  /** Of the rows of each cell, in their order. */
  codes(): AsyncIterable<Uint8Array>;
  /** Those of the rows of `drawRows`, one after the other. */
  readonly sample: Uint8Array;
}

export interface WrittenVectors extends Pick<Int8Vectors, 'encoding' | 'count' | 'dim' | 'centre'> {
  /** The blocks in their order, as `encodeBlocks` makes them. */
  blocks(rowsPerBlock: number): AsyncIterable<Uint8Array>;
}

export interface WrittenItems {
  readonly length: number;
  /** By row. */
  readonly ids: Ids;
  /** `fingerprintOf` them. */
  readonly fingerprint: string;
  /** What `encodeItem` makes of each item. */
  lines(): AsyncIterable<Uint8Array>;
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
  readonly items: (Iterable<Item> & { readonly length: number }) | WrittenItems;
  /** One for each row. */
  readonly vectors: StoredVectors | WrittenVectors;
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
  const { ids, fingerprint, lines } = 'lines' in items ? items : await writtenItems(items, content);
  const identity: SectionIdentity = { count: items.length, dim: content.dim, fingerprint };
  const parts: Part[] = [];
  const inBlocks = items.length > limits.wholeCount || content.index === 'codes' || cells !== undefined;
  const table: Record<BlockKind, Block[]> = { vectors: [], items: [], ids: [] };
  const members: Block[] = [];
  const hashes = createHashes(cells ? Math.ceil(items.length / quantiser.rowsPerBlock) : 0);

  async function* encodeSection(
    kind: PartKind,
    body: Iterable<Piece> | AsyncIterable<Piece>,
    take: (blocks: readonly Block[]) => void = () => {},
  ): AsyncGenerator<EncodedPart> {
    let part = 0;
    for await (const packed of pack(withHeader(encodeSectionHeader(kind, identity), body), limits.partBytes)) {
      const hash = await sha256(packed.bytes);
      const path = partPath(kind, hash);
      parts.push({ kind, path, sha256: hash, bytes: packed.bytes.length });
      if (inBlocks && packed.blocks.length > 0) take(await hashed(packed, part, sha256));
      yield { path, bytes: packed.bytes };
      part++;
    }
  }
  const intoTable = (kind: BlockKind) => (blocks: readonly Block[]) => {
    for (const block of blocks) table[kind].push(block);
  };
  const vectorBlocks = (blocks: readonly Block[]) => {
    if (!cells) return intoTable('vectors')(blocks);
    // The members of the cells say where the blocks of rows are: the table has only what comes before them.
    const isFirst = table.vectors.length === 0;
    if (isFirst) intoTable('vectors')(blocks.slice(0, 1));
    hashes.add(isFirst ? blocks.slice(1) : blocks);
  };

  yield* encodeSection('vectors', vectorPieces(vectors, quantiser), vectorBlocks);
  if (graph) yield* encodeSection('graph', [{ bytes: graph }]);
  if (codes) yield* encodeSection('codes', [{ bytes: codes }]);
  if (cells) {
    const pieces = memberPieces(cells, hashes.of, quantiser.rowsPerBlock);
    yield* encodeSection('members', pieces, (blocks) => members.push(...blocks));
    const memberHashes = members.map(({ hash }) => hash);
    yield* encodeSection('cells', [{ bytes: encodeCellsHead(cells.shape, memberHashes, cells.code, cells.sample) }]);
  }
  yield* encodeSection('items', encodeItemBlocks(lines(), limits.blockBytes), intoTable('items'));
  if (inBlocks) {
    yield* encodeSection('ids', encodeIdBlocks(ids, limits.blockBytes), intoTable('ids'));
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

/** Items that are in memory, or are made as they are asked for. */
async function writtenItems(items: Iterable<Item>, { model, sha256 }: Pick<CollectionContent, 'model' | 'sha256'>) {
  const ids = Array.from(items, ({ id }) => id);
  return {
    ids,
    fingerprint: await fingerprintOf(model.sha256, ids, hashingPieces(sha256)),
    *lines() {
      let row = 0;
      for (const item of items) yield encodeItem(item, row++);
    },
  };
}

async function* vectorPieces(
  vectors: CollectionContent['vectors'],
  quantiser: CollectionManifest['quantiser'],
): AsyncGenerator<Piece> {
  yield { bytes: encodeHead(vectors, quantiser), first: 0 };
  let first = 0;
  const blocks = 'blocks' in vectors ? vectors.blocks(quantiser.rowsPerBlock) : encodeBlocks(vectors, quantiser);
  for await (const bytes of blocks) {
    yield { bytes, first };
    first += quantiser.rowsPerBlock;
  }
}

/** The members of each cell. @param hashOf 32 hex digits of the hash of a block of vectors */
async function* memberPieces(
  { shape, code, codes }: WrittenCells,
  hashOf: (block: number) => string,
  rowsPerBlock: number,
): AsyncGenerator<Piece> {
  let [cell, first] = [0, 0];
  for await (const own of codes()) {
    const rows = shape.rows[cell] as number;
    const place = { first, rows, rowsPerBlock, codeBytes: codeBytes(code) };
    yield { bytes: encodeMembers(place, own, hashOf), first: cell++ };
    first += rows;
  }
}

/** Hashes of blocks in the order in which they come, 16 bytes each: as texts, those of ten million rows take a gigabyte. */
function createHashes(count: number) {
  const bytes = new Uint8Array(count * HASH_BYTES);
  let at = 0;
  return {
    add(blocks: readonly Block[]): void {
      for (const { hash } of blocks) {
        for (let i = 0; i < HASH_BYTES; i++) bytes[at++] = Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16);
      }
    },
    of: (block: number) =>
      Array.from(bytes.subarray(block * HASH_BYTES, (block + 1) * HASH_BYTES), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join(''),
  };
}

async function* withHeader(header: Uint8Array, body: Iterable<Piece> | AsyncIterable<Piece>): AsyncGenerator<Piece> {
  yield { bytes: header };
  yield* body;
}

async function hashed({ bytes, blocks }: Packed, part: number, sha256: Sha256): Promise<Block[]> {
  const hash = async ({ offset, length }: Packed['blocks'][number]) =>
    (await sha256(bytes.subarray(offset, offset + length))).slice(0, 2 * HASH_BYTES);
  return Promise.all(blocks.map(async (block) => ({ ...block, part, hash: await hash(block) })));
}
