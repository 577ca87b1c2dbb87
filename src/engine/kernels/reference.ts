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
      const floats = new Float32Array(memory.buffer);
      const words = new Uint32Array(memory.buffer);
      let best = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < count; i++) {
        const row = list === 0 ? i : (words[list / 4 + i] as number);
        const dot = Math.fround(dotRow(values, rows + row * stride, factors));
        const scaled = Math.fround(dot * (floats[scales / 4 + row] as number));
        const score = Math.fround(Math.fround(base) + Math.fround(scaled * Math.fround(step)));
        floats[scores / 4 + i] = score;
        if (score > best) best = score;
        if ((i + 1) % BLOCK_ROWS !== 0 && i + 1 < count) continue;
        floats[maxima / 4 + Math.floor(i / BLOCK_ROWS)] = best;
        best = Number.NEGATIVE_INFINITY;
      }
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

    maskDistances(distances, count, bits, value) {
      const set = bytes().subarray(bits);
      const held = new Uint16Array(memory.buffer, distances, count);
      for (let i = 0; i < count; i++) if ((((set[i >> 3] as number) >> (i & 7)) & 1) === 0) held[i] = value;
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

function dotRow(values: Int8Array, from: number, factors: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < factors.length; i++) sum += (values[from + i] as number) * (factors[i] as number);
  return sum;
}

/** Component `i` of the code at `from`: 4 bits of one of the uint16 of its group of 16 bytes; see `Kernels.nibbles`. */
export function componentAt(codes: Uint8Array, from: number, i: number): number {
  const byte = codes[from + ((i >> 5) << 4) + ((i & 7) << 1) + ((i >> 4) & 1)] as number;
  return ((i >> 3) & 1) === 0 ? byte & 15 : byte >> 4;
}
