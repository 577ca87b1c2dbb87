import type { Kernels } from './kernels.ts';
import { createKernels } from './load.ts';
import { createReferenceKernels } from './reference.ts';

const BYTES = 2 ** 20;
export const wasm = createKernels(BYTES);
export const reference = createReferenceKernels(createKernels(BYTES).memory);

// Where tests put things.
export const QUERY = 64;
export const SCALES = 2 ** 14;
export const LIST = 2 ** 15;
export const SCORES = 2 ** 16;
export const MAXIMA = 2 ** 17;
export const ROWS = 2 ** 18;

/**
 * Fill both memories alike, run both, and compare what is returned and all of the memory: what must be written, and what
 * must not. @returns where they differ, if they do
 */
export function difference(
  fill: (buffer: ArrayBuffer) => void,
  run: (kernels: Kernels) => unknown,
): string | undefined {
  for (const { memory } of [wasm, reference]) {
    new Uint8Array(memory.buffer).fill(0xa5);
    fill(memory.buffer);
  }
  const [returned, wanted] = [run(wasm), run(reference)];
  if (returned !== wanted) return `returned ${returned}, not ${wanted}`;
  const [found, expected] = [words(wasm), words(reference)];
  const at = found.findIndex((word, i) => word !== expected[i]);
  return at < 0 ? undefined : `${found[at]} at ${4 * at}, not ${expected[at]}`;
}

/** A copy of all of the memory; hosts may write NaN with different bits. */
function words({ memory }: Kernels): Uint32Array {
  const copy = memory.buffer.slice(0);
  const floats = new Float32Array(copy);
  const found = new Uint32Array(copy);
  for (let i = 0; i < floats.length; i++) if (Number.isNaN(floats[i])) found[i] = 0x7fc00000;
  return found;
}
