import { AfterimageError } from '../errors.ts';

/** Refuse a vector of another dimension than the index has. @throws AfterimageError `dimension-mismatch` */
export function checkDim(actual: number, dim: number): void {
  if (actual === dim) return;
  throw new AfterimageError(
    'dimension-mismatch',
    `A vector of dimension ${actual} met an index of dimension ${dim}: they come from different models.`,
  );
}

/**
 * How many rows of dimension `dim` so many numbers are.
 * @throws AfterimageError `dimension-mismatch` where they are no whole number of rows
 */
export function countRows(length: number, dim: number): number {
  const rows = length / dim;
  if (Number.isInteger(rows)) return rows;
  throw new AfterimageError('dimension-mismatch', `${length} numbers are no whole number of rows of dimension ${dim}.`);
}
