import { expect, test } from 'vitest';
import { finish } from '../../engine/async/steps.ts';
import { sampleVectors } from '../../engine/collection/testing.ts';
import { codeBytes } from '../../engine/index/codes/code.ts';
import { createEncoder } from '../../engine/index/codes/encode.ts';
import { trainCode } from '../../engine/index/codes/train.ts';
import { createBalancer, type RowGroup } from './balance-cells.ts';

const [COUNT, DIM] = [1000, 32];
const sample = sampleVectors(COUNT, DIM);
const code = finish(trainCode({ dim: DIM, shape: () => ({ width: 32, bits: 4 }), sample }));
const codes = finish(createEncoder(code))(sample);
const size = codeBytes(code);

/** Rows that follow each other, the last one first. */
function cluster(first: number, end: number): RowGroup {
  const rows = Uint32Array.from({ length: end - first }, (_, i) => end - 1 - i);
  return { rows, codes: new Uint8Array(Array.from(rows).flatMap((row) => [...codesOf(row)])) };
}

const codesOf = (row: number) => codes.subarray(row * size, (row + 1) * size);

test('small clusters join their neighbours, large ones are halved, and rows keep their codes', () => {
  const balancer = createBalancer(code, 100);
  const clusters = [cluster(0, 1), cluster(1, 3), cluster(3, 3), cluster(3, 100), cluster(100, 1000)];
  const cells = [...clusters.flatMap((one) => [...balancer.add(one)]), ...balancer.end()];
  expect(cells.map(({ rows }) => rows.length)).toEqual([100, 112, 113, 112, 113, 112, 113, 112, 113]);
  expect(cells.flatMap(({ rows }) => [...rows]).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: COUNT }, (_, i) => i),
  );
  for (const cell of cells) {
    for (const [i, row] of cell.rows.entries())
      expect(cell.codes.subarray(i * size, (i + 1) * size)).toEqual(codesOf(row));
  }
});
