import { AfterimageError } from '../engine/errors.ts';

/**
 * The links of an HNSW index without its vectors, which a collection stores once, beside it. All little-endian 32-bit
 * words: a header of eight, then for each row a word of level-0 link count (bits 0–15), removed flag (bit 16) and top
 * level (bits 24–31), its level-0 links, and for each level above 0 a count and the links of that level.
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
const VERSION = 1;
export const HEADER_WORDS = 8;
/** hnswlib takes more, but nothing is gained by it, and a damaged file should not ask for it. */
export const MAX_M = 256;
export const MAX_EF_CONSTRUCTION = 65_535;

export const linkCount = (word: number): number => word & 0xffff;
export const isRemoved = (word: number): boolean => (word & 0x10000) !== 0;
export const levelOf = (word: number): number => word >>> 24;
export const rowWord = (links: number, removed: boolean, level: number): number =>
  (links | (removed ? 0x10000 : 0) | (level << 24)) >>> 0;

/** Fill the first `HEADER_WORDS` of `words`. */
export function writeHeader(words: Uint32Array, graph: Omit<Graph, 'words' | 'starts'>): void {
  const { count, dim, M, efConstruction, maxLevel, entryPoint } = graph;
  words.set([MAGIC, VERSION, count, dim, M, efConstruction, maxLevel >>> 0, entryPoint >>> 0]);
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
 * @throws AfterimageError `index-corrupt`.
 */
export function parseGraph(bytes: Uint8Array): Graph {
  check(bytes.byteLength % 4 === 0 && bytes.byteLength >= HEADER_WORDS * 4, `it has ${bytes.byteLength} bytes`);
  const words = toWords(bytes);
  const [magic, version, count = 0, dim = 0, M = 0, efConstruction = 0] = words;
  check(magic === MAGIC && version === VERSION, 'it does not begin as an index does');
  check(M >= 2 && M <= MAX_M, `M is ${M}`);
  check(efConstruction >= 1 && efConstruction <= MAX_EF_CONSTRUCTION, `efConstruction is ${efConstruction}`);
  check(count <= words.length - HEADER_WORDS, `${count} rows do not fit into it`);
  const [maxLevel = -1, entryPoint = -1] = new Int32Array(words.buffer, words.byteOffset + 24, 2);
  const graph = { count, dim, M, efConstruction, maxLevel, entryPoint, words, starts: findRows(words, count, M) };
  checkEntry(graph);
  checkLinks(graph);
  return graph;
}

/** A view where alignment allows it, else a copy. */
function toWords(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Where each row begins; every list within its limit, the rows exactly as long as the file. */
function findRows(words: Uint32Array, count: number, M: number): Uint32Array {
  const starts = new Uint32Array(count);
  let at = HEADER_WORDS;
  for (let row = 0; row < count; row++) {
    starts[row] = at;
    const word = words[at] ?? 0;
    if (linkCount(word) > 2 * M || (word & 0xfe0000) !== 0) throw corrupt(`row ${row} does not begin as a row does`);
    at += 1 + linkCount(word);
    for (let level = levelOf(word); level > 0; level--) {
      const links = words[at] ?? 0;
      if (links > M) throw corrupt(`row ${row} has ${links} links above level 0`);
      at += 1 + links;
    }
  }
  check(at === words.length, 'its rows do not end where it does');
  return starts;
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

/** Every link leads to another row that exists on that level. */
function checkLinks({ count, maxLevel, words, starts }: Graph): void {
  for (let row = 0; row < count; row++) {
    let at = starts[row] as number; // row < count
    const levels = levelOf(words[at] as number);
    if (levels > maxLevel) throw corrupt(`row ${row} is above its highest level`);
    for (let level = 0; level <= levels; level++) {
      const end = at + 1 + linkCount(words[at] as number);
      for (at++; at < end; at++) {
        const neighbour = words[at] as number;
        // Every row is on level 0, where most links are: only above it is the neighbour looked up.
        if (neighbour >= count || neighbour === row || (level > 0 && levelAt(words, starts, neighbour) < level)) {
          throw corrupt(`row ${row} links to row ${neighbour} on level ${level}`);
        }
      }
    }
  }
}
