import { AfterimageError } from '../../../engine/errors.ts';
import { allocate } from '../../../engine/kernels/memory.ts';
import { countVarints, createVarintReader, createVarintWriter, type VarintReader } from './varint.ts';

/**
 * The links of an HNSW index without its vectors, which a collection stores once, beside it.
 *
 * In memory, little-endian 32-bit words: for each row a word of level-0 link count (bits 0–15), removed flag (bit 16)
 * and top level (bits 24–31), its level-0 links, and for each level above 0 a count and the links of that level.
 */
export interface Graph {
  readonly count: number;
  readonly dim: number;
  /** Links a row has at most above level 0; twice as many on level 0. */
  readonly M: number;
  readonly efConstruction: number;
  /** −1 when empty. */
  readonly maxLevel: number;
  /** Row where a search begins; −1 when empty. */
  readonly entryPoint: number;
  readonly words: Uint32Array;
  /** Where each row begins in `words`. */
  readonly starts: Uint32Array;
}

const MAGIC = 0x47494141; // 'AAIG'
const VERSION = 2;
export const GRAPH_HEADER_BYTES = 32;
/** hnswlib takes more, but nothing is gained by it, and a damaged file should not ask for it. */
export const MAX_M = 256;
export const MAX_EF_CONSTRUCTION = 65_535;
const MAX_LEVEL = 255;

export const linkCount = (word: number): number => word & 0xffff;
export const isRemoved = (word: number): boolean => (word & 0x10000) !== 0;
export const levelOf = (word: number): number => word >>> 24;
export const rowWord = (links: number, removed: boolean, level: number): number =>
  (links | (removed ? 0x10000 : 0) | (level << 24)) >>> 0;

/**
 * The graph as a collection stores it: eight little-endian 32-bit words (magic, version, count, dim, M, efConstruction,
 * highest level, entry point), then varints, row by row: twice the number of level-0 links, plus 1 where a second number
 * follows, of twice the row's top level plus 1 if it was removed; the level-0 links; for each level above 0 the number of
 * its links and the links. Links ascend: the first one, then the differences minus 1. Their order means nothing to
 * hnswlib, and differences take one or two bytes where rows take four.
 */
export function encodeGraph(graph: Graph): Uint8Array {
  const { words, starts } = graph;
  const writer = createVarintWriter(headerOf(graph), 2 * words.length);
  for (const start of starts) {
    const word = words[start] as number;
    const flags = 2 * levelOf(word) + (isRemoved(word) ? 1 : 0);
    writer.write(2 * linkCount(word) + (flags === 0 ? 0 : 1));
    if (flags !== 0) writer.write(flags);
    let at = start + 1 + linkCount(word);
    writeLinks(words.slice(start + 1, at));
    for (let level = levelOf(word); level > 0; level--) {
      const links = words[at] as number;
      writer.write(links);
      writeLinks(words.slice(at + 1, at + 1 + links));
      at += 1 + links;
    }
  }
  return writer.bytes();

  function writeLinks(links: Uint32Array): void {
    let before = -1;
    for (const link of links.sort()) {
      writer.write(link - before - 1);
      before = link;
    }
  }
}

function headerOf({ count, dim, M, efConstruction, maxLevel, entryPoint }: Graph): Uint8Array {
  const header = new DataView(new ArrayBuffer(GRAPH_HEADER_BYTES));
  const words = [MAGIC, VERSION, count, dim, M, efConstruction, maxLevel, entryPoint];
  for (const [i, word] of words.entries()) header.setUint32(4 * i, word, true);
  return new Uint8Array(header.buffer);
}

function corrupt(what: string): AfterimageError {
  return new AfterimageError('index-corrupt', `The index is damaged: ${what}. Build the collection again.`);
}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw corrupt(what);
}

/**
 * Read a graph and check everything that hnswlib takes on trust: with a graph that passes, it can neither read outside
 * its memory nor return a row that is not there. A link that was changed into another valid row cannot be told here;
 * the hash of the collection's part does that.
 * @throws AfterimageError `index-corrupt`, `index-too-large` where there is no room for it.
 */
export function parseGraph(bytes: Uint8Array): Graph {
  check(bytes.length >= GRAPH_HEADER_BYTES, `it has ${bytes.length} bytes`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, GRAPH_HEADER_BYTES);
  const uint = (word: number) => header.getUint32(4 * word, true);
  const [count, dim, M, efConstruction] = [uint(2), uint(3), uint(4), uint(5)];
  const [maxLevel, entryPoint] = [header.getInt32(24, true), header.getInt32(28, true)];
  check(uint(0) === MAGIC && uint(1) === VERSION, 'it does not begin as an index does');
  check(M >= 2 && M <= MAX_M, `M is ${M}`);
  check(efConstruction >= 1 && efConstruction <= MAX_EF_CONSTRUCTION, `efConstruction is ${efConstruction}`);
  check(maxLevel <= MAX_LEVEL, `its highest level is ${maxLevel}`);
  check(count <= bytes.length - GRAPH_HEADER_BYTES, `${count} rows do not fit into it`);
  const shape = { count, dim, M, efConstruction, maxLevel, entryPoint };
  const graph = { ...shape, ...readRows(bytes, shape) };
  checkEntry(graph);
  checkUpperLinks(graph);
  return graph;
}

/** Every list within its limit, every link another row, the rows exactly as long as the bytes. */
function readRows(bytes: Uint8Array, shape: Omit<Graph, 'words' | 'starts'>): Pick<Graph, 'words' | 'starts'> {
  const { count, M, maxLevel } = shape;
  const reader = createVarintReader(bytes, GRAPH_HEADER_BYTES);
  const words = makeWords(countVarints(bytes, GRAPH_HEADER_BYTES));
  const starts = makeWords(count);
  let at = 0;
  for (let row = 0; row < count; row++) {
    starts[row] = at;
    const head = reader.next();
    const flags = head > 0 && (head & 1) === 1 ? reader.next() : 0;
    const [links, level] = [head >> 1, flags >> 1];
    if (head < 0 || links > 2 * M || flags < 0 || (flags === 0 && (head & 1) === 1) || level > maxLevel) {
      throw corrupt(`row ${row} does not begin as a row does`);
    }
    words[at] = rowWord(links, (flags & 1) === 1, level);
    at = readLinks(reader, words, at + 1, { links, row, count });
    for (let above = 0; above < level; above++) {
      const upper = reader.next();
      if (upper < 0 || upper > M) throw corrupt(`row ${row} has ${upper} links above level 0`);
      words[at] = upper;
      at = readLinks(reader, words, at + 1, { links: upper, row, count });
    }
  }
  check(reader.atEnd, 'its rows do not end where it does');
  return { words: words.subarray(0, at), starts };
}

function makeWords(count: number): Uint32Array {
  return allocate(4 * count, () => new Uint32Array(count));
}

/** @returns the place behind the links. */
function readLinks(
  reader: VarintReader,
  words: Uint32Array,
  start: number,
  { links, row, count }: { readonly links: number; readonly row: number; readonly count: number },
): number {
  let link = -1;
  for (let at = start; at < start + links; at++) {
    const difference = reader.next();
    link += difference + 1;
    if (difference < 0 || link >= count || link === row) throw corrupt(`row ${row} links to row ${link}`);
    words[at] = link;
  }
  return start + links;
}

function checkEntry({ count, maxLevel, entryPoint, words, starts }: Graph): void {
  if (count === 0) {
    check(maxLevel === -1 && entryPoint === -1, 'it has an entry point but no rows');
    return;
  }
  check(entryPoint >= 0 && entryPoint < count, `its entry point is row ${entryPoint} of ${count}`);
  check(levelAt(words, starts, entryPoint) === maxLevel, 'its entry point is not on its highest level');
}

/** Rows that were removed before the graph was written. */
export function removedRows({ words, starts }: Graph): number[] {
  const rows: number[] = [];
  starts.forEach((start, row) => {
    if (isRemoved(words[start] as number)) rows.push(row);
  });
  return rows;
}

function levelAt(words: Uint32Array, starts: Uint32Array, row: number): number {
  return levelOf(words[starts[row] as number /* row < count */] as number);
}

/** Every link above level 0 leads to a row that exists on that level. */
function checkUpperLinks({ count, words, starts }: Graph): void {
  for (let row = 0; row < count; row++) {
    const start = starts[row] as number; // row < count
    const levels = levelOf(words[start] as number);
    let at = start + 1 + linkCount(words[start] as number);
    for (let level = 1; level <= levels; level++) {
      const end = at + 1 + (words[at] as number);
      for (at++; at < end; at++) {
        const neighbour = words[at] as number;
        if (levelAt(words, starts, neighbour) < level) {
          throw corrupt(`row ${row} links to row ${neighbour} on level ${level}`);
        }
      }
    }
  }
}
