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
  | Curve
  | { readonly kind: 'pq' }
  | { readonly kind: 'hlg' }
  /** Light at evenly spread values from 0 to 1, two at least. */
  | { readonly kind: 'table'; readonly light: Float32Array };

/** ((value + offset) ÷ (1 + offset)) ^ exponent × gain, below `from` value ÷ slope. */
interface Curve {
  readonly kind: 'curve';
  readonly exponent: number;
  readonly offset: number;
  readonly from: number;
  readonly slope: number;
  readonly gain: number;
}

const SRGB_CURVE: Curve = { kind: 'curve', exponent: 2.4, offset: 0.055, from: 0.04045, slope: 12.92, gain: 1 };
const SMPTE240_CURVE: Curve = { kind: 'curve', exponent: 1 / 0.45, offset: 0.1115, from: 0.0912, slope: 4, gain: 1 };

/** @param exponent of light as a power of the value */
export function powerCurve(exponent: number, gain = 1): Transfer {
  return { kind: 'curve', exponent, offset: 0, from: 0, slope: 1, gain };
}

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

/** Transfer functions by their number in table 3, as Chromium takes them: those of television are a power of 2.4 in PNG and sRGB in AVIF. */
function transfersWith(television: Transfer): ReadonlyMap<number, Transfer> {
  return new Map<number, Transfer>([
    ...[1, 6, 14, 15].map((code): [number, Transfer] => [code, television]),
    [2, SRGB_CURVE],
    [4, powerCurve(2.2)],
    [5, powerCurve(2.8)],
    [7, SMPTE240_CURVE],
    [8, powerCurve(1)],
    [13, SRGB_CURVE],
    [16, { kind: 'pq' }],
    [17, powerCurve(2.6, 52.37 / 48)],
    [18, { kind: 'hlg' }],
  ]);
}

export const PNG_TRANSFERS = transfersWith(powerCurve(2.4));
export const AVIF_TRANSFERS = transfersWith(SRGB_CURVE);
export const SRGB_COLOUR: Colour = { gamut: SRGB, transfer: SRGB_CURVE };

/** Whether shown as sRGB it differs by a few steps of 255 at most: 0.45455 is what files without a better gamma say. */
export function isNearlySrgb({ gamut, transfer }: Colour): boolean {
  const isTable = transfer.kind === 'table' && isLikeSrgb(transfer.light);
  const isPower = transfer.kind === 'curve' && transfer.from === 0 && transfer.gain === 1;
  const isUsual = transfer === SRGB_CURVE || isTable || (isPower && Math.abs(transfer.exponent - 2.2) < 0.1);
  const near = (one: keyof Gamut) => [0, 1].every((i) => Math.abs((gamut[one][i] ?? 0) - (SRGB[one][i] ?? 0)) < 0.005);
  return isUsual && near('white') && near('red') && near('green') && near('blue');
}

function isLikeSrgb(light: Float32Array): boolean {
  return light.every((one, i) => Math.abs(encodeSrgb(one) - i / (light.length - 1)) < 0.01);
}

/** Steps of the table from linear light to sRGB: the curve is steepest in the dark, and there a byte is 5 of them. */
const STEPS = 16_384;
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, i) => Math.round(255 * encodeSrgb(i / STEPS)));

/**
 * @param samples red, green and blue in turn; with four channels, transparency behind them, which stays as it is
 * @param most the largest value of a sample: 255 or 65,535
 * @returns bytes of sRGB; what its gamut does not hold is cut off
 */
export function toSrgb(
  samples: Uint8Array | Uint16Array,
  most: number,
  { gamut, transfer }: Colour,
  channels: 3 | 4 = 3,
): Uint8Array<ArrayBuffer> {
  const linear = Float32Array.from({ length: most + 1 }, (_, value) => toLight(value / most, transfer));
  const isHdr = transfer.kind === 'pq' || transfer.kind === 'hlg';
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = betweenGamuts(gamut, SRGB);
  const result = new Uint8Array(samples.length);
  for (let i = 0; i + 2 < samples.length; i += channels) {
    const r = linear[samples[i] as number] as number;
    const g = linear[samples[i + 1] as number] as number;
    const b = linear[samples[i + 2] as number] as number;
    const gain = isHdr ? gainOf(r, g, b, transfer) : 1;
    const [red, green, blue] = [gain * r, gain * g, gain * b];
    result[i] = encoded(rr * red + rg * green + rb * blue);
    result[i + 1] = encoded(gr * red + gg * green + gb * blue);
    result[i + 2] = encoded(br * red + bg * green + bb * blue);
    if (channels === 4) result[i + 3] = Math.round((255 * (samples[i + 3] as number)) / most);
  }
  return result;
}

function encoded(light: number): number {
  return ENCODED[Math.round(STEPS * Math.min(1, Math.max(0, light)))] as number;
}

/** Linear light: 1 is the white of a screen, of PQ that of paper, of HLG the most that a scene holds. */
function toLight(value: number, transfer: Transfer): number {
  if (transfer.kind === 'pq') return pqToNits(value) / PAPER_NITS;
  if (transfer.kind === 'hlg') return hlgToScene(value);
  if (transfer.kind === 'table') return interpolated(value, transfer.light);
  const { exponent, offset, from, slope, gain } = transfer;
  return value < from ? value / slope : gain * ((value + offset) / (1 + offset)) ** exponent;
}

function interpolated(value: number, table: Float32Array): number {
  const place = value * (table.length - 1);
  const below = Math.min(Math.floor(place), table.length - 2);
  const [low = 0, high = 0] = table.subarray(below, below + 2);
  return low + (high - low) * (place - below);
}

function encodeSrgb(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** The white of paper in a picture of high dynamic range, and the brightest that such pictures are made for (ITU-R BT.2408). */
const PAPER_NITS = 203;
const PEAK = 1000 / PAPER_NITS;

/** SMPTE ST 2084. */
function pqToNits(value: number): number {
  const power = value ** (1 / 78.84375);
  return 10_000 * (Math.max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
}

/** ITU-R BT.2100. */
function hlgToScene(value: number): number {
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** What brings high dynamic range to a screen, colours kept: what its brightest channel needs. */
function gainOf(r: number, g: number, b: number, { kind }: Transfer): number {
  const luminance = 0.2627 * r + 0.678 * g + 0.0593 * b;
  const shown = kind === 'hlg' && luminance > 0 ? PEAK * luminance ** 0.2 : 1; // from the scene to the screen
  const brightest = shown * Math.max(r, g, b);
  return brightest > 0 ? (shown * toneMapped(brightest)) / brightest : shown;
}

/** The curve of Chromium 149 on a screen of standard range, measured: paper at half of the light, highlights above it. */
const TONES = [
  [1, 0.5],
  [1.075, 0.533],
  [1.58, 0.672],
  [1.87, 0.723],
  [2.3, 0.784],
  [3.23, 0.888],
  [PEAK, 1],
] as const;

function toneMapped(light: number): number {
  let [x, y] = [0, 0];
  for (const [nextX, nextY] of TONES) {
    if (light <= nextX) return y + ((nextY - y) * (light - x)) / (nextX - x);
    [x, y] = [nextX, nextY];
  }
  return 1;
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
