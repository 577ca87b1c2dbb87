import type { Kernels } from './kernels.ts';
import { allocate, type NativeMemory, nativeMemory, pagesFor, plainMemory } from './memory.ts';
import { createReferenceKernels } from './reference.ts';
import { KERNELS } from './wasm.generated.ts';

/** What is used of a host's WebAssembly, which the engine's library of types does not know. */
export interface KernelHost {
  readonly WebAssembly?: {
    validate(bytes: Uint8Array): boolean;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    readonly Memory: new (size: { initial: number }) => NativeMemory;
  };
}

let compiled: object | undefined;

/**
 * Kernels over a memory of their own of `bytes`: WebAssembly, or the reference where the host has none or no SIMD.
 * Memory that is never written to costs nothing.
 * @throws AfterimageError `index-too-large` where the host does not give so much in one piece.
 */
export function createKernels(bytes: number, host = globalThis as unknown as KernelHost): Kernels {
  const api = host.WebAssembly;
  if (!api?.validate(KERNELS)) return createReferenceKernels(plainMemory(bytes));
  const initial = pagesFor(bytes);
  const memory = allocate(bytes, () => new api.Memory({ initial }));
  // Less than four kilobytes: compiled at once, also where only small modules may be.
  compiled ??= new api.Module(KERNELS);
  const { exports } = new api.Instance(compiled, { env: { memory } });
  return { ...(exports as Omit<Kernels, 'kind' | 'memory'>), kind: 'wasm', memory: nativeMemory(memory) };
}
