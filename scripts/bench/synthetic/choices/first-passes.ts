/** Ways to find candidates by a few bytes a row, to be compared at the same number of bytes. */

import { finish } from '../../../../src/engine/async/steps.ts';
import { learnCentres, nearestCentre } from '../../../../src/engine/index/codes/cluster.ts';
import { codeBytes } from '../../../../src/engine/index/codes/code.ts';
import { createCodeRows } from '../../../../src/engine/index/codes/code-rows.ts';
import { createEncoder, pseudoInverse } from '../../../../src/engine/index/codes/encode.ts';
import { type Trained, trainCode } from '../../../../src/engine/index/codes/train.ts';
import { createRotation } from '../rotation.ts';

export interface FirstPass {
  readonly name: string;
  /** Bytes a row. */
  readonly bytes: number;
  /** Take in the next rows (rows × dim). */
  add(vectors: Float32Array): void;
  /** Estimates of the similarities of all rows, larger for nearer ones, in any unit. */
  estimate(query: Float32Array): Float32Array;
}

/** @param sample rows × dim to learn from. @param count rows that will be added. */
export function createFirstPasses(sample: Float32Array, dim: number, count: number): FirstPass[] {
  const widths = [128, 192].filter((width) => width <= dim);
  const codes = widths.map((width) => finish(trainCode({ dim, shape: () => ({ width, bits: 4 }), sample })));
  const whole = spaceOf(finish(trainCode({ dim, shape: () => ({ width: dim, bits: 4 }), sample })));
  const leading = codes.slice(0, 1).map(spaceOf);
  const plain = plainSpace(sample, dim);
  return [
    signs('signs after a random rotation, Hamming', plain, count, false),
    signs('signs after a random rotation, asymmetric', plain, count, true),
    signs('signs of balanced components, Hamming', whole, count, false),
    signs('signs of balanced components, asymmetric', whole, count, true),
    ...leading.map((space) => products('128 balanced components, product quantiser 64 × 8 bits', space, sample, count)),
    products('all balanced components, product quantiser 64 × 8 bits', whole, sample, count),
    ...codes.map((code) => components(code, count)),
  ];
}

/** Two maps that keep dot products between them: one for rows less their centre, one for queries. */
interface Space {
  readonly dim: number;
  readonly width: number;
  /** Of rows × dim vectors, rows × width; the last answer is kept, because several codes ask for the same. */
  rows(vectors: Float32Array): Float32Array;
  query(vector: Float32Array): Float32Array;
  /** What a query is where it is treated as a row is. */
  centredQuery(vector: Float32Array): Float32Array;
}

function spaceOf(code: Trained): Space {
  const { dim, width, centre, weights } = code;
  const inverse = finish(pseudoInverse(code));
  const apply = (matrix: Float32Array, vector: Float32Array) =>
    Float32Array.from({ length: width }, (_, j) => dotAt(matrix, j * dim, vector, dim));
  const centred = (vector: Float32Array) => vector.map((value, i) => value - (centre[i] as number));
  return {
    dim,
    width,
    rows: rowByRow(dim, width, (vector) => apply(inverse, centred(vector))),
    query: (vector) => apply(weights, vector),
    centredQuery: (vector) => apply(weights, centred(vector)),
  };
}

function rowByRow(dim: number, width: number, map: (vector: Float32Array) => Float32Array): Space['rows'] {
  let last: { readonly of: Float32Array; readonly are: Float32Array } | undefined;
  return (vectors) => {
    if (last?.of === vectors) return last.are;
    const rows = vectors.length / dim;
    const are = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) are.set(map(vectors.subarray(row * dim, (row + 1) * dim)), row * width);
    last = { of: vectors, are };
    return are;
  };
}

function plainSpace(sample: Float32Array, dim: number): Space {
  const centre = new Float32Array(dim);
  sample.forEach((value, at) => {
    centre[at % dim] = (centre[at % dim] as number) + (value * dim) / sample.length;
  });
  const turn = createRotation(dim, 1);
  const turned = (vector: Float32Array, less: number) => {
    const copy = vector.map((value, i) => value - less * (centre[i] as number));
    turn(copy);
    return copy;
  };
  const centred = (vector: Float32Array) => turned(vector, 1);
  const rows = rowByRow(dim, dim, centred);
  return { dim, width: dim, rows, query: (vector) => turned(vector, 0), centredQuery: centred };
}

/** One bit a component; asymmetric: the query keeps its values, and each row has a factor (4 bytes more), as in RaBitQ. */
function signs(name: string, space: Space, count: number, asymmetric: boolean): FirstPass {
  const { width } = space;
  const bits = new Int8Array(count * width);
  const factors = new Float32Array(count).fill(1);
  let added = 0;
  return {
    name,
    bytes: width / 8 + (asymmetric ? 4 : 0),
    add(vectors) {
      const values = space.rows(vectors);
      for (let at = 0; at < values.length; at += width, added++) {
        let squares = 0;
        let absolute = 0;
        for (let i = 0; i < width; i++) {
          const value = values[at + i] as number;
          bits[added * width + i] = value > 0 ? 1 : -1;
          squares += value * value;
          absolute += Math.abs(value);
        }
        if (asymmetric) factors[added] = squares / absolute;
      }
    },
    estimate(query) {
      const values = asymmetric ? space.query(query) : space.centredQuery(query).map(Math.sign);
      return Float32Array.from(
        { length: added },
        (_, row) => dotAt(bits, row * width, values, width) * (factors[row] as number),
      );
    },
  };
}

/** Groups of components, each replaced by the number of the nearest of 256 learnt points (Jégou et al. 2011). */
function products(name: string, space: Space, sample: Float32Array, count: number): FirstPass {
  const groups = 64;
  const { dim, width } = space;
  const size = width / groups;
  const learnt = space.rows(sample.subarray(0, 6000 * dim));
  const books = Array.from({ length: groups }, (_, group) => {
    const points = new Float32Array((learnt.length / width) * size);
    for (let row = 0; row < learnt.length / width; row++) {
      const from = row * width + group * size;
      points.set(learnt.subarray(from, from + size), row * size);
    }
    return learnCentres(points, size, 256, group + 1);
  });
  const codes = new Uint8Array(count * groups);
  let added = 0;
  return {
    name,
    bytes: groups,
    add(vectors) {
      const rows = space.rows(vectors);
      for (let at = 0; at < rows.length; at += width, added++) {
        books.forEach((book, group) => {
          codes[added * groups + group] = nearestCentre(book, rows, at + group * size, size);
        });
      }
    },
    estimate(query) {
      const values = space.query(query);
      const table = new Float32Array(groups * 256);
      books.forEach((book, group) => {
        for (let i = 0; i < book.count; i++) {
          table[group * 256 + i] = dotAt(
            book.values,
            i * size,
            values.subarray(group * size, (group + 1) * size),
            size,
          );
        }
      });
      return Float32Array.from({ length: added }, (_, row) => {
        let sum = 0;
        for (let g = 0; g < groups; g++) sum += table[g * 256 + (codes[row * groups + g] as number)] as number;
        return sum;
      });
    },
  };
}

/** What src/engine/index/codes does. */
function components(code: Trained, count: number): FirstPass {
  const encode = finish(createEncoder(code));
  const rows = createCodeRows({ ...code, count });
  const space = spaceOf(code);
  let added = 0;
  return {
    name: `${code.width} balanced components at 4 bits`,
    bytes: codeBytes(code),
    add(vectors) {
      rows.put(added, encode(vectors));
      added += vectors.length / code.dim;
    },
    estimate(query) {
      return rows.nearest(space.query(query), added).sums;
    },
  };
}

function dotAt(a: Float32Array | Int8Array, from: number, b: Float32Array, length: number): number {
  let p = 0;
  let q = 0;
  for (let i = 0; i + 1 < length; i += 2) {
    p += (a[from + i] as number) * (b[i] as number);
    q += (a[from + i + 1] as number) * (b[i + 1] as number);
  }
  return p + q;
}
