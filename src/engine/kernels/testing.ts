import type { Kernels } from './kernels.ts';
import { createKernels } from './load.ts';
import { createReferenceKernels } from './reference.ts';

const BYTES = 2 ** 19;
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
  return firstDifference(wasm.memory.buffer, reference.memory.buffer);
}

function firstDifference(found: ArrayBuffer, wanted: ArrayBuffer): string | undefined {
  const [words, wantedWords] = [new Uint32Array(found), new Uint32Array(wanted)];
  const [floats, wantedFloats] = [new Float32Array(found), new Float32Array(wanted)];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === wantedWords[i]) continue;
    // Hosts may write NaN with different bits.
    if (Number.isNaN(floats[i]) && Number.isNaN(wantedFloats[i])) continue;
    return `${words[i]} at ${4 * i}, not ${wantedWords[i]}`;
  }
  return undefined;
}
