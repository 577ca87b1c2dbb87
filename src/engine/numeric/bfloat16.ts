/** bfloat16: the upper half of a float32's bits, with its range and 7 bits after the point. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the bfloat16 nearest to `value`, a finite number; ties away from zero. */
export function toBfloat16(value: number): number {
  float[0] = value;
  return ((bits[0] as number) + 0x8000) >>> 16;
}

/** The bits of the least bfloat16 that is no less than `value`, a positive float32. */
export function toBfloat16Above(value: number): number {
  float[0] = value;
  return ((bits[0] as number) + 0xffff) >>> 16;
}

/** The number that one bfloat16 stands for. */
export function fromBfloat16(value: number): number {
  bits[0] = value << 16;
  return float[0] as number;
}

/** @param into filled and returned; as long as `values`. */
export function decodeBfloat16(
  values: Uint16Array,
  into: Float32Array = new Float32Array(values.length),
): Float32Array {
  const wide = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < values.length; i++) wide[i] = (values[i] as number) << 16;
  return into;
}
