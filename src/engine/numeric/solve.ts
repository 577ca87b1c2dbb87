/** The solution of a symmetric, positive definite system of equations, by Gauss' elimination. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i] as number[];
    for (let k = i + 1; k < n; k++) {
      const row = rows[k] as number[];
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let j = i; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const result = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    let value = row[n] as number;
    for (let j = i + 1; j < n; j++) value -= (row[j] as number) * (result[j] as number);
    result[i] = value / (row[i] as number);
  }
  return result;
}
