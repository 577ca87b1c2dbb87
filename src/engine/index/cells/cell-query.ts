/** A query as cells and their codes see it: what a dot product with it comes to. */
import { dotAt } from '../../numeric/dot-at.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { type Code, codeBytes, getComponent, middleOf } from '../codes/code.ts';
import type { CellsHead } from './head.ts';

const BYTE_VALUES = 256;

export interface CellQuery {
  /** Estimates of the similarity of rows whose codes these are, added to the end of a list. */
  scan(codes: Uint8Array, take: (place: number, estimate: number) => void): void;
  /** What the middle of each cell, and rows a little nearer than it, come to. */
  scores(reach: number): Float32Array;
}

export function createCellQuery(query: Embedding, head: CellsHead): CellQuery {
  const { code } = head;
  const { width } = code;
  const weights = Float32Array.from({ length: width }, (_, j) => dotAt(code.weights, j * code.dim, query, 0, code.dim));
  const base = dot(query, code.centre);
  const length = Math.sqrt(dotAt(weights, 0, weights, 0, width));
  let tables: Float32Array | undefined;
  return {
    scan(codes, take) {
      tables ??= writeTables(code, weights);
      const rowBytes = codeBytes(code);
      for (let from = 0, place = 0; from < codes.length; from += rowBytes, place++) {
        let sum = base;
        for (let i = 0; i < rowBytes; i++) sum += tables[BYTE_VALUES * i + (codes[from + i] as number)] as number;
        take(place, sum);
      }
    },
    scores(reach) {
      const scores = new Float32Array(head.rows.length);
      for (let cell = 0; cell < scores.length; cell++) {
        const middle = dotAt(weights, 0, head.centroids, cell * width, width);
        scores[cell] = base + middle + reach * length * (head.spreads[cell] as number);
      }
      return scores;
    },
  };
}

/** For each byte of a code, what each of its values adds to a dot product: a row costs an addition a byte. */
function writeTables(code: Code, weights: Float32Array): Float32Array {
  const bytes = componentsByByte(code);
  const tables = new Float32Array(BYTE_VALUES * bytes.length);
  for (const [byte, components] of bytes.entries()) {
    for (let value = 0; value < BYTE_VALUES; value++) {
      let sum = 0;
      for (const { i, levels } of components) sum += (weights[i] as number) * (levels[value] as number);
      tables[BYTE_VALUES * byte + value] = sum;
    }
  }
  return tables;
}

/** A component that a byte holds. */
interface Component {
  readonly i: number;
  /** What it is for each value of the byte, less the middle. */
  readonly levels: Float32Array;
}

const known = new Map<string, readonly (readonly Component[])[]>();

/** The components that each byte of a code holds. The same for all codes of a shape. */
function componentsByByte({ width, bits }: Pick<Code, 'width' | 'bits'>): readonly (readonly Component[])[] {
  const key = `${width} ${bits}`;
  const before = known.get(key);
  if (before) return before;
  const bytes = codeBytes({ width, bits });
  const lists = Array.from({ length: bytes }, (_, byte) => {
    const row = new Uint8Array(bytes);
    row[byte] = 0xff;
    const held = Array.from({ length: width }, (_, i) => i).filter((i) => getComponent(bits, row, 0, i) > 0);
    return held.map((i) => ({ i, levels: levelsOf(bits, row, byte, i) }));
  });
  known.set(key, lists);
  return lists;
}

function levelsOf(bits: Code['bits'], row: Uint8Array, byte: number, i: number): Float32Array {
  return Float32Array.from({ length: BYTE_VALUES }, (_, value) => {
    row[byte] = value;
    return getComponent(bits, row, 0, i) - middleOf(bits);
  });
}
