/** Colours that a file describes by numbers instead of a profile (ITU-T H.273; PNG gAMA and cHRM), brought to sRGB. */

type Place = readonly [x: number, y: number];

/** CIE 1931 chromaticities. */
export interface Gamut {
  readonly white: Place;
  readonly red: Place;
  readonly green: Place;
  readonly blue: Place;
}

/** How a sample from 0 to 1 stands for light. */
export type Transfer =
  | { readonly kind: 'srgb' }
  | { readonly kind: 'power'; readonly exponent: number }
  | { readonly kind: 'pq' }
  | { readonly kind: 'hlg' };

export interface Colour {
  readonly gamut: Gamut;
  readonly transfer: Transfer;
}

const D65: Place = [0.3127, 0.329];
const C: Place = [0.31, 0.316];
const SRGB: Gamut = { white: D65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };
const NTSC: Gamut = { white: D65, red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07] };
const P3: Pick<Gamut, 'red' | 'green' | 'blue'> = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] };

/** Gamuts by their number in ITU-T H.273, table 2. 2 is "unspecified". */
export const GAMUTS: ReadonlyMap<number, Gamut> = new Map([
  [1, SRGB],
  [2, SRGB],
  [4, { white: C, red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08] }],
  [5, { white: D65, red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06] }],
  [6, NTSC],
  [7, NTSC],
  [9, { white: D65, red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046] }],
  [11, { white: [0.314, 0.351], ...P3 }],
  [12, { white: D65, ...P3 }],
]);

/** Transfer functions by their number in table 3. Browsers take those of television (1, 6, 14, 15) for that of sRGB. */
export const TRANSFERS: ReadonlyMap<number, Transfer> = new Map<number, Transfer>([
  ...[1, 2, 6, 13, 14, 15].map((code): [number, Transfer] => [code, { kind: 'srgb' }]),
  [4, { kind: 'power', exponent: 2.2 }],
  [5, { kind: 'power', exponent: 2.8 }],
  [8, { kind: 'power', exponent: 1 }],
  [16, { kind: 'pq' }],
  [18, { kind: 'hlg' }],
]);

/** Whether shown as sRGB it differs by a few steps of 255 at most: 0.45455 is what files without a better gamma say. */
export function isNearlySrgb({ gamut, transfer }: Colour): boolean {
  const isUsual = transfer.kind === 'srgb' || (transfer.kind === 'power' && Math.abs(transfer.exponent - 2.2) < 0.1);
  const near = (one: keyof Gamut) => [0, 1].every((i) => Math.abs((gamut[one][i] ?? 0) - (SRGB[one][i] ?? 0)) < 0.005);
  return isUsual && near('white') && near('red') && near('green') && near('blue');
}

/** Steps of the table from linear light to sRGB: the curve is steepest in the dark, and there a byte is 5 of them. */
const STEPS = 16_384;
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, i) => Math.round(255 * encodeSrgb(i / STEPS)));

/**
 * @param samples red, green and blue in turn
 * @param most the largest value of a sample: 255 or 65,535
 * @returns bytes of sRGB; what its gamut does not hold is cut off
 */
export function toSrgb(samples: Uint8Array | Uint16Array, most: number, { gamut, transfer }: Colour): Uint8Array {
  const linear = Float32Array.from({ length: most + 1 }, (_, value) => toLight(value / most, transfer));
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = betweenGamuts(gamut, SRGB);
  const result = new Uint8Array(samples.length);
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const red = linear[samples[i] as number] as number;
    const green = linear[samples[i + 1] as number] as number;
    const blue = linear[samples[i + 2] as number] as number;
    result[i] = encoded(rr * red + rg * green + rb * blue);
    result[i + 1] = encoded(gr * red + gg * green + gb * blue);
    result[i + 2] = encoded(br * red + bg * green + bb * blue);
  }
  return result;
}

function encoded(light: number): number {
  return ENCODED[Math.round(STEPS * Math.min(1, Math.max(0, light)))] as number;
}

/** Linear light, 1 the white of a screen. */
function toLight(value: number, transfer: Transfer): number {
  switch (transfer.kind) {
    case 'srgb':
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    case 'power':
      return value ** transfer.exponent;
    case 'pq':
      return pqToNits(value) / HDR_WHITE_NITS;
    case 'hlg':
      return hlgToLight(value);
  }
}

function encodeSrgb(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** The white of paper in a picture of high dynamic range (ITU-R BT.2408). What is brighter is cut off. */
const HDR_WHITE_NITS = 203;

/** SMPTE ST 2084. */
function pqToNits(value: number): number {
  const power = value ** (1 / 78.84375);
  return 10_000 * (Math.max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
}

/** ITU-R BT.2100, its white of paper at a signal of 0.75. */
function hlgToLight(value: number): number {
  const scene = (signal: number) =>
    signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  return (scene(value) / scene(0.75)) ** 1.2;
}

type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** From linear light of one gamut to another, white to white (Bradford). */
function betweenGamuts(from: Gamut, to: Gamut): Matrix {
  return times(inverse(toXyz(to)), times(adaptation(from.white, to.white), toXyz(from)));
}

/** The columns are the XYZ of red, green and blue, scaled so that together they are white. */
function toXyz({ white, red, green, blue }: Gamut): Matrix {
  const [r, g, b] = [red, green, blue].map(xyzOf) as [Triple, Triple, Triple];
  const columns: Matrix = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]];
  return scaledColumns(columns, apply(inverse(columns), xyzOf(white)));
}

const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

function adaptation(from: Place, to: Place): Matrix {
  const [before, after] = [apply(BRADFORD, xyzOf(from)), apply(BRADFORD, xyzOf(to))];
  const gains: Triple = [after[0] / before[0], after[1] / before[1], after[2] / before[2]];
  return times(scaledColumns(inverse(BRADFORD), gains), BRADFORD);
}

type Triple = readonly [number, number, number];

function xyzOf([x, y]: Place): Triple {
  return [x / y, 1, (1 - x - y) / y];
}

function scaledColumns([a, b, c, d, e, f, g, h, i]: Matrix, [x, y, z]: Triple): Matrix {
  return [a * x, b * y, c * z, d * x, e * y, f * z, g * x, h * y, i * z];
}

function apply([a, b, c, d, e, f, g, h, i]: Matrix, [x, y, z]: Triple): Triple {
  return [a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z];
}

function times(left: Matrix, [a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const [first, second, third] = [apply(left, [a, d, g]), apply(left, [b, e, h]), apply(left, [c, f, i])];
  return [first[0], second[0], third[0], first[1], second[1], third[1], first[2], second[2], third[2]];
}

function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const [A, B, D] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const by = 1 / (a * A + b * B + c * D);
  const cofactors: Matrix = [
    A,
    c * h - b * i,
    b * f - c * e,
    B,
    a * i - c * g,
    c * d - a * f,
    D,
    b * g - a * h,
    a * e - b * d,
  ];
  return cofactors.map((one) => one * by) as unknown as Matrix; // nine of them, as before
}
