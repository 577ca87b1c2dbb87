/**
 * Short convolutions with few multiplications: Winograd 1980, “Arithmetic Complexity of Computations”; for networks Lavin and
 * Gray 2016, arXiv 1509.09308. A tile of n = m + r − 1 values d and a filter g of r taps give the m values
 * y = output · ((filter · g) ⊙ (input · d)), y[i] = Σ g[k] d[i + k]: n multiplications instead of m · r.
 */
export interface Winograd {
  /** Values of a tile. */
  readonly n: number;
  /** n × n, n × r and m × n, row by row. */
  readonly input: readonly (readonly number[])[];
  readonly filter: readonly (readonly number[])[];
  readonly output: readonly (readonly number[])[];
}

/** Where polynomials are evaluated; infinity is the last. Small ones keep rounding errors small. */
const POINTS = [0, 1, -1, 2, -2, 0.5, -0.5];

/** Outputs of the largest tile, with filters of three taps. */
export const LARGEST_TILE = POINTS.length - 1;

/** By Toom and Cook, transposed. @param m outputs of a tile @param r taps of the filter; m + r − 2 points are needed */
export function winograd(m: number, r: number): Winograd {
  const n = m + r - 1;
  const points = POINTS.slice(0, n - 1);
  const others = (i: number) => points.filter((_, j) => j !== i);
  const scale = (i: number) => others(i).reduce((product, other) => product * ((points[i] as number) - other), 1);
  const powers = (point: number, count: number, divisor = 1) =>
    Array.from({ length: count }, (_, power) => point ** power / divisor);
  const last = (count: number) => Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0));
  const columns = [...points.map((point) => powers(point, m)), last(m)];
  return {
    n,
    input: [...points.map((_, i) => [...withRoots(others(i)), 0]), withRoots(points)],
    filter: [...points.map((point, i) => powers(point, r, scale(i))), last(r)],
    output: Array.from({ length: m }, (_, row) => columns.map((column) => column[row] as number)),
  };
}

/** Coefficients of the polynomial with these roots, the constant one first. */
function withRoots(roots: readonly number[]): number[] {
  let polynomial = [1];
  for (const root of roots) {
    const before = polynomial;
    const times = (power: number) => (before[power - 1] ?? 0) - root * (before[power] ?? 0);
    polynomial = Array.from({ length: before.length + 1 }, (_, power) => times(power));
  }
  return polynomial;
}

/** A line of pixels in tiles, as matrices. */
export interface Tiled {
  /** Tiles, and values of each. */
  readonly tiles: number;
  readonly n: number;
  /** (n · tiles) × length: row i · tiles + t is value i of tile t, with zeros outside of the line. */
  readonly into: readonly number[];
  /** length × (tiles · n): column t · n + i. */
  readonly back: readonly number[];
}

/** A line that is filtered with three taps, one zero on either side, in tiles of `m` outputs. */
export function tileLine(length: number, m: number): Tiled {
  const { n, input, output } = winograd(m, 3);
  const tiles = Math.ceil(length / m);
  const into: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < tiles; t++) {
      for (let at = 0; at < length; at++) into.push(input[i]?.[at - (t * m - 1)] ?? 0);
    }
  }
  const back: number[] = [];
  for (let at = 0; at < length; at++) {
    for (let t = 0; t < tiles; t++) {
      for (let i = 0; i < n; i++) back.push(Math.floor(at / m) === t ? (output[at % m]?.[i] ?? 0) : 0);
    }
  }
  return { tiles, n, into, back };
}
