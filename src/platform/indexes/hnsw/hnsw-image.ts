import { allocate } from '../../../engine/kernels/memory.ts';
import { encodeGraph, type Graph, isRemoved, levelOf, linkCount, rowWord } from './hnsw-graph.ts';

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

/**
 * Links and vectors (count × dim, row by row) as the file that hnswlib reads; row ids become labels.
 * @throws AfterimageError `index-too-large` where there is no room for it
 */
export function imageOf(graph: Graph, vectors: Float32Array): Uint8Array<ArrayBuffer> {
  const { count, dim, M, words, starts } = graph;
  const record = recordBytes(dim, M) / 4;
  let size = IMAGE_HEADER_BYTES / 4 + count * (record + 1);
  for (const start of starts) size += levelOf(words[start] as number) * upperListWords(M);

  const image = allocate(4 * size, () => new Uint32Array(size));
  const floats = new Float32Array(image.buffer);
  writeImageHeader(image, graph);
  let at = IMAGE_HEADER_BYTES / 4;
  for (let row = 0; row < count; row++, at += record) {
    const start = starts[row] as number; // row < count
    const word = words[start] as number;
    image[at] = word & 0x1ffff;
    image.set(words.subarray(start + 1, start + 1 + linkCount(word)), at + 1);
    floats.set(vectors.subarray(row * dim, (row + 1) * dim), at + 1 + 2 * M);
    image[at + record - 1] = row;
  }
  for (const start of starts) at = writeUpperLists(image, at, graph, start);
  return new Uint8Array(image.buffer);
}

function writeImageHeader(image: Uint32Array, graph: Graph): void {
  const { count, dim, M, efConstruction, maxLevel, entryPoint } = graph;
  const record = recordBytes(dim, M);
  // offsetLevel0, max_elements, cur_element_count, size_data_per_element, label_offset, offsetData,
  // maxlevel, enterpoint_node, maxM, maxM0, M; then mult (a double) and ef_construction.
  image.set([0, count, count, record, record - 4, 4 + 8 * M, maxLevel >>> 0, entryPoint >>> 0, M, 2 * M, M]);
  new DataView(image.buffer).setFloat64(44, 1 / Math.log(M), true);
  image[13] = efConstruction;
}

function writeUpperLists(image: Uint32Array, at: number, { words, M }: Graph, start: number): number {
  const word = words[start] as number;
  const levels = levelOf(word);
  image[at++] = levels * upperListWords(M) * 4;
  let from = start + 1 + linkCount(word);
  for (let level = 0; level < levels; level++, at += upperListWords(M)) {
    const to = from + 1 + (words[from] as number);
    image.set(words.subarray(from, to), at);
    from = to;
  }
  return at;
}

/** The graph, as a collection stores it, of a file that hnswlib wrote for rows that were added in their order. */
export function graphOf(bytes: Uint8Array<ArrayBuffer>, dim: number): Uint8Array {
  const image = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const [maxLevel = -1, entryPoint = -1] = new Int32Array(bytes.buffer, bytes.byteOffset + 24, 2);
  const [, , count = 0, , , , , , , , M = 0, , , efConstruction = 0] = image;
  const record = recordBytes(dim, M) / 4;
  const records = IMAGE_HEADER_BYTES / 4;

  const words = new Uint32Array(image.length - count * dim); // more than enough: no labels, no padding
  const starts = new Uint32Array(count);
  let out = 0;
  let upper = records + count * record;
  for (let row = 0; row < count; row++) {
    const at = records + row * record;
    const word = image[at] as number;
    const upperEnd = upper + 1 + (image[upper] as number) / 4;
    starts[row] = out;
    words[out++] = rowWord(linkCount(word), isRemoved(word), (upperEnd - upper - 1) / upperListWords(M));
    out = copyWords(words, out, image, at + 1, linkCount(word));
    for (upper++; upper < upperEnd; upper += upperListWords(M)) {
      out = copyWords(words, out, image, upper, 1 + linkCount(image[upper] as number));
    }
  }
  return encodeGraph({ count, dim, M, efConstruction, maxLevel, entryPoint, words: words.subarray(0, out), starts });
}

function copyWords(to: Uint32Array, at: number, from: Uint32Array, start: number, length: number): number {
  to.set(from.subarray(start, start + length), at);
  return at + length;
}
