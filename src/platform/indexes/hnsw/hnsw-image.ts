import { allocate } from '../../../engine/kernels/memory.ts';
import { encodeGraph, type Graph, levelOf, linkCount, rowWord } from './hnsw-graph.ts';

/**
 * hnswlib's own file, as `HierarchicalNSW::saveIndex` (hnswalg.h, v0.7) writes it where `size_t` has 32 bits: a header
 * of 56 bytes, one record a row (link word, links of level 0, vector, label), then for each row the byte length of its
 * upper lists and those lists, each padded to M links. The mark of a removed row is bit 16 of its link word. Files of
 * a 64-bit hnswlib look different: images live in memory only and are never stored.
 */
const IMAGE_HEADER_BYTES = 56;

/** Bytes of a row's record: link word, 2 M links, vector, label. */
export function recordBytes(dim: number, M: number): number {
  return 4 + 8 * M + 4 * dim + 4;
}

/** Words of one padded list above level 0. */
const upperListWords = (M: number): number => 1 + M;

/** Which rows of a graph are its nodes, and which of these are gone. */
export interface Nodes {
  /** Ascending. */
  readonly rows: Uint32Array;
  /** Where each row stands among them; of no meaning for a row that is no node. */
  readonly places: Uint32Array;
  readonly isGone: (row: number) => boolean;
}

/**
 * Links and vectors (count × dim, row by row) of the nodes as the file that hnswlib reads; rows become labels.
 * @throws AfterimageError `index-too-large` where there is no room for it
 */
export function imageOf(graph: Graph, vectors: Float32Array, nodes: Nodes): Uint8Array<ArrayBuffer> {
  const { dim, M, words, starts } = graph;
  const { rows, places, isGone } = nodes;
  const record = recordBytes(dim, M) / 4;
  let size = IMAGE_HEADER_BYTES / 4 + rows.length * (record + 1);
  for (const row of rows) size += levelOf(words[starts[row] as number] as number) * upperListWords(M);

  const image = allocate(4 * size, () => new Uint32Array(size));
  const floats = new Float32Array(image.buffer);
  writeImageHeader(image, graph, nodes);
  let at = IMAGE_HEADER_BYTES / 4;
  for (const row of rows) {
    const start = starts[row] as number; // row < count
    const links = linkCount(words[start] as number);
    image[at] = rowWord(links, isGone(row), 0);
    copyLinks(image, at + 1, graph, start + 1, links, places);
    floats.set(vectors.subarray(row * dim, (row + 1) * dim), at + 1 + 2 * M);
    image[at + record - 1] = row;
    at += record;
  }
  for (const row of rows) at = writeUpperLists(image, at, graph, starts[row] as number, places);
  return new Uint8Array(image.buffer);
}

function copyLinks(
  to: Uint32Array,
  at: number,
  { words }: Graph,
  start: number,
  length: number,
  places: Uint32Array,
): void {
  for (let i = 0; i < length; i++) to[at + i] = places[words[start + i] as number] as number;
}

function writeImageHeader(image: Uint32Array, graph: Graph, { rows, places }: Nodes): void {
  const { dim, M, efConstruction, maxLevel } = graph;
  const count = rows.length;
  const entryPoint = places[graph.entryPoint] as number; // there are nodes
  const record = recordBytes(dim, M);
  // offsetLevel0, max_elements, cur_element_count, size_data_per_element, label_offset, offsetData,
  // maxlevel, enterpoint_node, maxM, maxM0, M; then mult (a double) and ef_construction.
  image.set([0, count, count, record, record - 4, 4 + 8 * M, maxLevel >>> 0, entryPoint, M, 2 * M, M]);
  new DataView(image.buffer).setFloat64(44, 1 / Math.log(M), true);
  image[13] = efConstruction;
}

function writeUpperLists(image: Uint32Array, at: number, graph: Graph, start: number, places: Uint32Array): number {
  const { words, M } = graph;
  const word = words[start] as number;
  const levels = levelOf(word);
  image[at++] = levels * upperListWords(M) * 4;
  let from = start + 1 + linkCount(word);
  for (let level = 0; level < levels; level++, at += upperListWords(M)) {
    const links = words[from] as number;
    image[at] = links;
    copyLinks(image, at + 1, graph, from + 1, links, places);
    from += 1 + links;
  }
  return at;
}

/** What a graph says of rows beyond what hnswlib wrote. */
export interface Rows {
  /** Rows ever added. */
  readonly count: number;
  /** The row whose node stands for a row: itself, or the one that it is listed behind. */
  readonly nodeOf: (row: number) => number;
  readonly isRemoved: (row: number) => boolean;
}

/** The graph, as a collection stores it, of a file that hnswlib wrote for nodes that were added in the order of rows. */
export function graphOf(bytes: Uint8Array<ArrayBuffer>, dim: number, rows: Rows): Uint8Array {
  const image = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const [maxLevel = -1, entry = -1] = new Int32Array(bytes.buffer, bytes.byteOffset + 24, 2);
  const [, , nodes = 0, , , , , , , , M = 0, , , efConstruction = 0] = image;
  const record = recordBytes(dim, M) / 4;
  const first = IMAGE_HEADER_BYTES / 4;
  const labelOf = (node: number) => image[first + (node + 1) * record - 1] as number;

  const { count, nodeOf, isRemoved } = rows;
  const words = new Uint32Array(image.length - nodes * dim + 2 * (count - nodes)); // more than enough
  const starts = new Uint32Array(count);
  let out = 0;
  const put = (from: number, links: number) => {
    for (let i = 0; i < links; i++) words[out++] = labelOf(image[from + i] as number);
  };
  let [at, upper] = [first, first + nodes * record];
  for (let row = 0; row < count; row++) {
    starts[row] = out;
    if (nodeOf(row) !== row) {
      words[out++] = rowWord(1, isRemoved(row), 0);
      words[out++] = nodeOf(row);
      continue;
    }
    const links = linkCount(image[at] as number);
    const upperEnd = upper + 1 + (image[upper] as number) / 4;
    words[out++] = rowWord(links, isRemoved(row), (upperEnd - upper - 1) / upperListWords(M));
    put(at + 1, links);
    for (upper++; upper < upperEnd; upper += upperListWords(M)) {
      const above = linkCount(image[upper] as number);
      words[out++] = above;
      put(upper + 1, above);
    }
    at += record;
  }
  const entryPoint = entry < 0 ? -1 : labelOf(entry);
  return encodeGraph({ count, dim, M, efConstruction, maxLevel, entryPoint, words: words.subarray(0, out), starts });
}
