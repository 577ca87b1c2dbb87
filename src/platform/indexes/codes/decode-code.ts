import { codeBytes, getComponent, LOST, middleOf } from '../../../engine/index/codes/code.ts';
import type { CodeHeader } from '../../../engine/index/codes/section.ts';

/** The centre, and the components' weights, as much longer as codes are shorter than what they stand for: of unit norm. */
export function decodeCode(section: Uint8Array, { code, bytes }: CodeHeader, row: number): Float32Array {
  const { dim, width, bits, centre, weights } = code;
  const from = bytes + row * codeBytes(code);
  const vector = Float32Array.from(centre);
  const longer = 1 / Math.sqrt(1 - LOST[bits]);
  for (let j = 0; j < width; j++) {
    const component = longer * (getComponent(bits, section, from, j) - middleOf(bits));
    for (let i = 0; i < dim; i++) vector[i] = (vector[i] as number) + component * (weights[j * dim + i] as number);
  }
  return vector;
}
