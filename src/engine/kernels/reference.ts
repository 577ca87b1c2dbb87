import { BLOCK_ROWS, type KernelMemory, type Kernels } from './kernels.ts';

/** The kernels in plain TypeScript. */
export function createReferenceKernels(memory: KernelMemory): Kernels {
  const bytes = () => new Uint8Array(memory.buffer);
  return {
    kind: 'reference',
    memory,

    scan(rows, scales, stride, list, count, query, step, base, scores, maxima) {
      const values = new Int8Array(memory.buffer);
      const factors = new Int16Array(memory.buffer, query, stride);
      const bits = new Uint16Array(memory.buffer);
      const sumOf = (row: number) => dotInt8(values, rows + row * stride, factors, bits, scales / 2 + 8 * row);
      scoreAll(memory.buffer, sumOf, list, count, step, base, scores, maxima);
    },

    scanHalves(rows, scales, stride, list, count, query, step, base, scores, maxima) {
      const halves = new Int16Array(memory.buffer);
      const factors = new Float32Array(memory.buffer, query, stride / 2);
      const bits = new Uint16Array(memory.buffer);
      const sumOf = (row: number) =>
        Math.fround(dotHalves(halves, (rows + row * stride) / 2, factors) * widened(bits, scales / 2 + row));
      scoreAll(memory.buffer, sumOf, list, count, step, base, scores, maxima);
    },

    nibbles(codes, stride, count, query, bias, shift, distances) {
      const code = bytes();
      const factors = new Int16Array(memory.buffer, query, 2 * stride);
      const out = new Uint16Array(memory.buffer, distances, count);
      for (let row = 0; row < count; row++) {
        let sum = 0;
        for (let i = 0; i < factors.length; i++) {
          sum += (factors[i] as number) * componentAt(code, codes + row * stride, i);
        }
        out[row] = (bias - sum) >>> shift;
      }
    },

    bits(codes, stride, count, tables, distances) {
      const all = bytes();
      const out = new Uint16Array(memory.buffer, distances, count);
      for (let row = 0; row < count; row++) {
        const from = codes + (row - (row & 15)) * stride + (row & 15);
        let sum = 0;
        for (let i = 0; i < stride; i++) {
          const code = all[from + 16 * i] as number;
          const table = tables + 32 * i;
          sum += (all[table + (code & 15)] as number) + (all[table + 16 + (code >> 4)] as number);
        }
        out[row] = sum;
      }
    },

    gatherRows(rows, stride, list, count, out) {
      const all = bytes();
      new Uint32Array(memory.buffer, list, count).forEach((row, i) => {
        all.copyWithin(out + i * stride, rows + row * stride, rows + (row + 1) * stride);
      });
    },

    countDistances(distances, count, counts) {
      const words = new Uint32Array(memory.buffer);
      for (const distance of new Uint16Array(memory.buffer, distances, count)) {
        words[counts / 4 + distance] = (words[counts / 4 + distance] as number) + 1;
      }
    },

    collectNearest(distances, count, limit, equal, list) {
      const words = new Uint32Array(memory.buffer);
      let found = 0;
      new Uint16Array(memory.buffer, distances, count).forEach((distance, position) => {
        if (distance > limit || (distance === limit && equal-- <= 0)) return;
        words[list / 4 + found++] = position;
      });
      return found;
    },
  };
}

function scoreAll(
  buffer: ArrayBuffer,
  sumOf: (row: number) => number,
  list: number,
  count: number,
  step: number,
  base: number,
  scores: number,
  maxima: number,
): void {
  const floats = new Float32Array(buffer);
  const words = new Uint32Array(buffer);
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const row = list === 0 ? i : (words[list / 4 + i] as number);
    const score = Math.fround(Math.fround(base) + Math.fround(sumOf(row) * Math.fround(step)));
    floats[scores / 4 + i] = score;
    if (score > best) best = score;
    if ((i + 1) % BLOCK_ROWS !== 0 && i + 1 < count) continue;
    floats[maxima / 4 + Math.floor(i / BLOCK_ROWS)] = best;
    best = Number.NEGATIVE_INFINITY;
  }
}

const groups = new Int32Array(8);

function dotInt8(values: Int8Array, from: number, factors: Int16Array, scales: Uint16Array, scale: number): number {
  const { fround } = Math;
  groups.fill(0);
  for (let i = 0; i < factors.length; i += 2) {
    const even = (values[from + i] as number) * (factors[i] as number);
    const odd = (values[from + i + 1] as number) * (factors[i + 1] as number);
    const group = (i & 15) >> 1;
    groups[group] = (groups[group] as number) + even + odd;
  }
  const scaled = (group: number) => fround(fround(groups[group] as number) * widened(scales, scale + group));
  const lane = (i: number) => fround(scaled(i) + scaled(i + 4));
  return fround(fround(lane(0) + lane(2)) + fround(lane(1) + lane(3)));
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** What a bfloat16 stands for. */
function widened(bits: Uint16Array, at: number): number {
  word[0] = (bits[at] as number) << 16;
  return float[0] as number;
}

/** The four sums of the kernel: products with an even value and with the odd one after it go to the same. */
function dotHalves(halves: Int16Array, from: number, factors: Float32Array): number {
  const { fround } = Math;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < factors.length; i += 8) {
    for (let j = 0; j < 8; j++) bits[j] = ((halves[from + i + j] as number) << 13) & 0x8fffe000;
    a = fround(fround(a + product(0, factors, i)) + product(1, factors, i + 4));
    b = fround(fround(b + product(2, factors, i + 1)) + product(3, factors, i + 5));
    c = fround(fround(c + product(4, factors, i + 2)) + product(5, factors, i + 6));
    d = fround(fround(d + product(6, factors, i + 3)) + product(7, factors, i + 7));
  }
  return fround(fround(a + c) + fround(b + d));
}

const bits = new Int32Array(8);
/** The same bits: eight values, by `HALVES_QUERY_FACTOR` too small. */
const values = new Float32Array(bits.buffer);

function product(value: number, factors: Float32Array, factor: number): number {
  return Math.fround((values[value] as number) * (factors[factor] as number));
}

/** Component `i` of the code at `from`: 4 bits of one of the uint16 of its group of 16 bytes; see `Kernels.nibbles`. */
export function componentAt(codes: Uint8Array, from: number, i: number): number {
  const byte = codes[from + ((i >> 5) << 4) + ((i & 7) << 1) + ((i >> 4) & 1)] as number;
  return ((i >> 3) & 1) === 0 ? byte & 15 : byte >> 4;
}
