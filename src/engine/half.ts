/** IEEE 754 half precision, which JavaScript engines of 2025 do not all have (`Float16Array`). */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the half nearest to `value`, ties to even; infinite from 65,520 on. */
export function toHalf(value: number): number {
  float[0] = value;
  const word = bits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Normal: the exponent is rebased by 112, 13 bits are rounded off. A carry into the exponent is as it should be.
  if (magnitude >= 0x38800000) return sign | roundOff(magnitude - 0x38000000, 13);
  const exponent = magnitude >>> 23;
  // Smaller ones are multiples of 2⁻²⁴.
  return exponent < 102 ? sign : sign | roundOff((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** `value` without its last `count` bits, to the nearest, ties to even. */
function roundOff(value: number, count: number): number {
  const half = 1 << (count - 1);
  const odd = (value >>> count) & 1;
  return (value + half - 1 + odd) >>> count;
}

/** The value of a half. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
