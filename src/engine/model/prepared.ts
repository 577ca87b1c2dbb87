import { AfterimageError } from '../errors.ts';

/**
 * Where one tensor of a prepared tower goes in its external data, and where it lies in the file of the standard tower. As
 * it is: `bytes` bytes from `at` on. Or as int8, one byte a value, of which value `i` becomes a float32 by scale
 * `floor(i / run) % scales`, the scales being float32 from `scalesAt` on: with rows of `run` values there is one scale a
 * row, with a run of 1 one a column.
 */
export type StoredTensor = PlainTensor | ScaledTensor;

interface PlainTensor {
  readonly to: number;
  readonly at: number;
  readonly bytes: number;
}

interface ScaledTensor extends PlainTensor {
  readonly scalesAt: number;
  readonly scales: number;
  readonly run: number;
}

/** Between tensors there is space where onnxruntime lets one begin with a page of memory, of at most this many bytes. */
const MAX_PAGE = 65_536;

/**
 * The external data of a prepared graph: its tensors one after the other, in float32 where they are stored as int8. The
 * product of int8 and float32 is exact before it is rounded, so these are the bits that onnxruntime computes at each start
 * from the standard tower.
 * @param tower the file of the standard tower.
 * @throws AfterimageError `model-invalid` for a tensor that does not lie in `tower`, does not follow the one before, or
 * whose scales do not fit it.
 */
export function expandTensors(tower: Uint8Array, tensors: readonly StoredTensor[]): Uint8Array {
  let end = 0;
  for (const tensor of tensors) {
    const space = tensor.to - end;
    if (space < 0 || space >= MAX_PAGE || !liesIn(tower.length, tensor)) throw notOf(tensor);
    end = tensor.to + expandedBytes(tensor);
  }
  const expanded = new Uint8Array(end);
  for (const tensor of tensors) {
    if (isScaled(tensor)) scaleInto(new Float32Array(expanded.buffer, tensor.to, tensor.bytes), tower, tensor);
    else expanded.set(tower.subarray(tensor.at, tensor.at + tensor.bytes), tensor.to);
  }
  return expanded;
}

/** Bytes of what `expandTensors` makes of them. */
export function expandedLength(tensors: readonly StoredTensor[]): number {
  const last = tensors.at(-1);
  return last ? last.to + expandedBytes(last) : 0;
}

function isScaled(tensor: StoredTensor): tensor is ScaledTensor {
  return 'scales' in tensor;
}

function expandedBytes(tensor: StoredTensor): number {
  return isScaled(tensor) ? 4 * tensor.bytes : tensor.bytes;
}

function liesIn(towerBytes: number, tensor: StoredTensor): boolean {
  const { to, at, bytes } = tensor;
  if (at + bytes > towerBytes) return false;
  if (!isScaled(tensor)) return true;
  const { scalesAt, scales, run } = tensor;
  return to % 4 === 0 && scalesAt + 4 * scales <= towerBytes && bytes % (scales * run) === 0;
}

function notOf({ at, bytes }: StoredTensor): AfterimageError {
  return new AfterimageError(
    'model-invalid',
    `The model's prepared text tower does not belong to its text tower (no tensor of ${bytes} bytes at ${at}).`,
  );
}

function scaleInto(floats: Float32Array, tower: Uint8Array, { at, scalesAt, scales: count, run }: ScaledTensor): void {
  const values = new Int8Array(tower.buffer, tower.byteOffset + at, floats.length);
  // A copy, because floats in a file need not lie where a Float32Array may begin.
  const scales = new Float32Array(new Uint8Array(tower.subarray(scalesAt, scalesAt + 4 * count)).buffer);
  for (let i = 0; i < floats.length; ) {
    for (let at = 0; at < count; at++) {
      const scale = scales[at] as number;
      for (const end = i + run; i < end; i++) floats[i] = (values[i] as number) * scale;
    }
  }
}
