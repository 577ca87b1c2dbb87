/** IEEE 754 half precision (binary16), as JavaScript has it from ES2025 on. */

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** From here on, half of the last step above 65,504, everything rounds to infinity. */
const OVERFLOW = 0x477ff000;
/** 2⁻¹⁴, the smallest normal number. */
const SMALLEST_NORMAL = 0x38800000;
/** Difference of the exponents' biases (127 − 15), where float32 has its exponent. */
const REBIAS = 0x38000000;

/** The bits of the half nearest to `value` as float32, ties to even. */
export function toFloat16(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= OVERFLOW) return sign | 0x7c00;
  if (magnitude < SMALLEST_NORMAL) return sign | roundHalfEven(Math.abs(scratch[0] as number) * 2 ** 24);
  // A carry out of the mantissa goes into the exponent, where it belongs.
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - REBIAS) >>> 13);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The number that these 16 bits stand for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

export function encodeFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toFloat16(values[i] as number);
  return halves;
}

let table: Float32Array | undefined;

/** @param into filled and returned; as long as `halves`. */
export function decodeFloat16(halves: Uint16Array, into: Float32Array = new Float32Array(halves.length)): Float32Array {
  // All 65,536 of them: a look-up is several times faster than taking the bits apart.
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => fromFloat16(bits));
  for (let i = 0; i < halves.length; i++) into[i] = table[halves[i] as number] as number;
  return into;
}
