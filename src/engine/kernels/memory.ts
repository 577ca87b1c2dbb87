import { AfterimageError } from '../errors.ts';
import type { KernelMemory } from './kernels.ts';

/** A `WebAssembly.Memory`. */
export interface NativeMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const PAGE_BYTES = 2 ** 16;
/** Addresses have 32 bits. */
const MAX_BYTES = 2 ** 32;

/** How many pages hold `bytes`. @throws AfterimageError `index-too-large`. */
export function pagesFor(bytes: number): number {
  if (bytes > MAX_BYTES) throw tooLarge(bytes);
  return Math.ceil(bytes / PAGE_BYTES);
}

/** Memory of WebAssembly, which grows where it is. */
export function nativeMemory(native: NativeMemory): KernelMemory {
  return {
    get buffer() {
      return native.buffer;
    },
    reserve(bytes) {
      const missing = pagesFor(bytes) - native.buffer.byteLength / PAGE_BYTES;
      if (missing > 0) allocate(bytes, () => native.grow(missing));
    },
  };
}

/** Memory for hosts without WebAssembly. @throws AfterimageError `index-too-large`. */
export function plainMemory(bytes: number): KernelMemory {
  let buffer = allocate(bytes, () => new ArrayBuffer(bytes));
  return {
    get buffer() {
      return buffer;
    },
    reserve(wanted) {
      if (wanted <= buffer.byteLength) return;
      const larger = allocate(wanted, () => new ArrayBuffer(wanted));
      new Uint8Array(larger).set(new Uint8Array(buffer));
      buffer = larger;
    },
  };
}

/** What `take` gives; what a host throws that has no room left becomes `index-too-large`. */
export function allocate<T>(bytes: number, take: () => T): T {
  try {
    return take();
  } catch (cause) {
    throw tooLarge(bytes, cause);
  }
}

function tooLarge(bytes: number, cause?: unknown): AfterimageError {
  return new AfterimageError(
    'index-too-large',
    `The index needs ${Math.ceil(bytes / 1e6)} MB of memory in one piece, which cannot be had here.`,
    { cause },
  );
}
