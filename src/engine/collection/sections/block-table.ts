import type { ByteRange } from '../../ports.ts';
import type { CollectionManifest, Part } from '../types.ts';
import { headBytes } from '../vectors/vector-blocks.ts';
import { corrupt, SECTION_HEADER_BYTES } from './section.ts';

/** A stretch of a part that can be read and verified alone. */
export interface Block extends ByteRange {
  /** Its first row; in `ids`, its first number. */
  readonly first: number;
  /** Which of the parts of its kind. */
  readonly part: number;
}

/**
 * The sections that have blocks, in the order of the table. Block 0 of the vectors is what comes before the rows; where there
 * are cells, it is the only one, because their members say where the others are.
 */
export const BLOCK_KINDS = ['vectors', 'items', 'ids'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];
export type BlockTable = Readonly<Record<BlockKind, readonly Block[]>>;

const HEAD_BYTES = 16;
const ENTRY_BYTES = 32;
/** Of a block's SHA-256. */
export const HASH_BYTES = 16;

/**
 * The body of the section `blocks`: the numbers of blocks of vectors, items and ids and a zero (uint32), then 32 bytes a
 * block: first row, part, offset, length (uint32), and the first 16 bytes of its SHA-256.
 */
export function encodeBlockTable(table: BlockTable): Uint8Array {
  const lists = BLOCK_KINDS.map((kind) => table[kind]);
  const bytes = new Uint8Array(HEAD_BYTES + ENTRY_BYTES * lists.flat().length);
  const view = new DataView(bytes.buffer);
  for (const [i, list] of lists.entries()) view.setUint32(4 * i, list.length, true);
  let at = HEAD_BYTES;
  for (const { first, part, offset, length, hash } of lists.flat()) {
    for (const [i, value] of [first, part, offset, length].entries()) view.setUint32(at + 4 * i, value, true);
    for (let i = 0; i < HASH_BYTES; i++) bytes[at + 16 + i] = Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/**
 * Read the table and check that its blocks are the sections, without gaps and in order.
 * @throws AfterimageError `part-corrupt`
 */
export function parseBlockTable(body: Uint8Array, manifest: CollectionManifest): BlockTable {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const sizes = BLOCK_KINDS.map((_, i) => (body.length < HEAD_BYTES ? 0 : view.getUint32(4 * i, true)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (body.length !== HEAD_BYTES + ENTRY_BYTES * total || view.getUint32(12, true) !== 0)
    throw wrong('it has another length');
  let at = HEAD_BYTES;
  const lists = sizes.map((size) => {
    const list = Array.from({ length: size }, (_, i) => readEntry(view, at + i * ENTRY_BYTES));
    at += size * ENTRY_BYTES;
    return list;
  });
  const [vectors = [], items = [], ids = []] = lists;
  checkVectors(vectors, manifest);
  checkCover('items', items, manifest);
  checkCover('ids', ids, manifest);
  if (
    items.some(({ first }, i) =>
      i === 0 ? first !== 0 : first <= (items[i - 1] as Block).first || first >= manifest.count,
    )
  ) {
    throw wrong('items are not in the order of their rows');
  }
  if (ids.some(({ first, length }, i) => length % 8 !== 0 || first < (ids[i - 1]?.first ?? 0))) {
    throw wrong('ids are not in order');
  }
  return { vectors, items, ids };
}

function readEntry(view: DataView, at: number): Block {
  const [first, part, offset, length] = [0, 4, 8, 12].map((field) => view.getUint32(at + field, true));
  return { first, part, offset, length, hash: hexOf(view, at + 16) } as Block; // four numbers
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const digits = new Uint8Array(2 * HASH_BYTES);

/** Made at once: a text that is put together piece by piece keeps the pieces, 30 MB of them in a table of 125,000. */
function hexOf(view: DataView, at: number): string {
  for (let i = 0; i < HASH_BYTES; i++) {
    const byte = view.getUint8(at + i);
    digits[2 * i] = DIGITS[byte >> 4] as number;
    digits[2 * i + 1] = DIGITS[byte & 15] as number;
  }
  return String.fromCharCode(...digits);
}

function checkVectors(blocks: readonly Block[], manifest: CollectionManifest): void {
  const { count, quantiser } = manifest;
  const { rowBytes, rowsPerBlock } = quantiser;
  const [head, ...rows] = blocks;
  const hasCells = manifest.index === 'cells';
  const isRight = rows.every(({ first, length }, i) => {
    return first === i * rowsPerBlock && length === rowBytes * Math.min(rowsPerBlock, count - first);
  });
  const isHead = head?.first === 0 && head.length === headBytes(manifest) - SECTION_HEADER_BYTES;
  const expected = hasCells ? 0 : Math.ceil(count / rowsPerBlock);
  if (!(isRight && isHead && rows.length === expected)) throw wrong('vectors are missing in it');
  if (!hasCells) checkCover('vectors', blocks, manifest);
  else if (head.part !== 0 || head.offset !== SECTION_HEADER_BYTES) throw wrong('vectors begin elsewhere');
}

/** Blocks fill all parts of a kind, but for the header of the section. */
function checkCover(kind: BlockKind, blocks: readonly Block[], { parts }: CollectionManifest): void {
  const own: readonly Part[] = parts.filter((part) => part.kind === kind);
  let part = 0;
  let at = SECTION_HEADER_BYTES;
  const next = () => {
    if (at !== own[part]?.bytes) return;
    part++;
    at = 0;
  };
  next();
  for (const block of blocks) {
    if (block.part !== part || block.offset !== at || block.length === 0) throw wrong(`${kind} have gaps`);
    at += block.length;
    next();
  }
  if (part !== own.length) throw wrong(`${kind} end too early`);
}

function wrong(problem: string) {
  return corrupt('blocks', `${problem}.`);
}
