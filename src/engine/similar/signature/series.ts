/**
 * Pictures as sums of cosines (the series behind the discrete cosine transform, DCT-II): the value at x, y, both 0 … 1, is
 * the sum of c[v, u] · cos(πvy) · cos(πux). Such a sum can be had of any part of the picture without its pixels.
 */

/** Frequencies of each direction, 0 … 8. */
export const FREQUENCIES = 9;
/** Numbers of a series: `FREQUENCIES` × `FREQUENCIES`, row by row. */
export const TERMS = FREQUENCIES ** 2;

/** Points at which the cosines of a part of a side are summed. */
const POINTS = 64;

const analyses = new Map<number, Float64Array>();

function analysis(points: number): Float64Array {
  const known = analyses.get(points) ?? analysisOf(points);
  analyses.set(points, known);
  return known;
}

/** `FREQUENCIES` × `points`: takes the values at the middles of `points` equal stretches to their series. */
function analysisOf(points: number): Float64Array {
  return Float64Array.from({ length: FREQUENCIES * points }, (_, i) => {
    const [frequency, point] = [Math.floor(i / points), i % points];
    return ((frequency === 0 ? 1 : 2) / points) * Math.cos((Math.PI * frequency * (point + 0.5)) / points);
  });
}

/**
 * The series of values on a square.
 * @param values `side` × `side`, row by row: means of the areas of a picture
 */
export function seriesOf(values: Float64Array, side: number): Float64Array {
  const cosines = analysis(side);
  const lines = new Float64Array(side * FREQUENCIES);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < FREQUENCIES; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += (cosines[u * side + x] as number) * (values[y * side + x] as number);
      lines[y * FREQUENCIES + u] = sum;
    }
  }
  const series = new Float64Array(TERMS);
  for (let v = 0; v < FREQUENCIES; v++) {
    for (let u = 0; u < FREQUENCIES; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += (cosines[v * side + y] as number) * (lines[y * FREQUENCIES + u] as number);
      series[v * FREQUENCIES + u] = sum;
    }
  }
  return series;
}

/**
 * What a series along one side becomes when parts of the side are cut off: a matrix, `FREQUENCIES` × `FREQUENCIES`.
 * @param before part of the side that is cut off at its beginning @param behind at its end
 */
export function cutMatrix(before: number, behind: number): Float32Array {
  const cosines = analysis(POINTS);
  const matrix = new Float32Array(TERMS);
  for (let to = 0; to < FREQUENCIES; to++) {
    for (let from = 0; from < FREQUENCIES; from++) {
      let sum = 0;
      for (let i = 0; i < POINTS; i++) {
        const at = before + ((1 - before - behind) * (i + 0.5)) / POINTS;
        sum += (cosines[to * POINTS + i] as number) * Math.cos(Math.PI * from * at);
      }
      matrix[to * FREQUENCIES + from] = sum;
    }
  }
  return matrix;
}

/** How high the frequency of each term is, in half waves along the picture. */
export const frequencyOf = Float64Array.from({ length: TERMS }, (_, i) =>
  Math.hypot(Math.floor(i / FREQUENCIES), i % FREQUENCIES),
);

/** What a term adds to the mean square of the picture, for each of its own square. */
export const powerOf = Float64Array.from(
  { length: TERMS },
  (_, i) => (i < FREQUENCIES ? 1 : 0.5) * (i % FREQUENCIES === 0 ? 1 : 0.5),
);

/**
 * Terms of photographs get smaller as their frequency gets higher (Field, "Relations between the statistics of natural
 * images and the response properties of cortical cells", 1987). Multiplied by this, they all count about as much; the mean
 * does not count.
 */
export const weightOf = frequencyOf.map((frequency, i) => frequency * Math.sqrt(powerOf[i] as number));
