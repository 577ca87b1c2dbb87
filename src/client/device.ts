import type { DevicePreference } from '../protocol/query-worker.ts';

/** Where to run the text tower, and why: the reason is shown in the status panel. */
export interface DeviceChoice {
  readonly device: 'webgpu' | 'wasm';
  readonly reason: string;
}

/** A driver that does not answer must not keep the search waiting. */
const ADAPTER_MS = 5000;

/** Choose before the worker loads anything: one that failed on WebGPU cannot go on with WebAssembly. */
export async function chooseDevice(preference: DevicePreference): Promise<DeviceChoice> {
  if (preference === 'wasm') return { device: 'wasm', reason: 'WebAssembly was asked for in the address.' };
  if (!globalThis.isSecureContext) return wasm('the page is not served by HTTPS or from localhost');
  // The DOM types promise it, browsers do not.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) return wasm('this browser has no WebGPU');
  // The build of onnxruntime that is shipped suspends WebAssembly by JSPI (see scripts/vite/vite-onnxruntime.ts).
  if (!('Suspending' in WebAssembly)) return wasm('this browser cannot suspend WebAssembly (JSPI), which WebGPU needs');
  const adapter = await withLimit(gpu.requestAdapter({ powerPreference: 'high-performance' }));
  if (!adapter) return wasm('there is no GPU that this browser may use');
  const name = [adapter.info.vendor, adapter.info.architecture].filter(Boolean).join(' ') || 'GPU';
  if (preference === 'webgpu') return { device: 'webgpu', reason: `WebGPU (${name}) was asked for in the address.` };
  if (isFallback(adapter)) return wasm('the only GPU is imitated in software, which is slower');
  return { device: 'webgpu', reason: `WebGPU on ${name}.` };
}

/**
 * Threads of the text tower on WebAssembly: half of the logical processors, since two of them share a core's arithmetic,
 * and no more than four, beyond which short queries gain nothing. One where memory cannot be shared.
 */
export function chooseThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.min(4, Math.max(1, Math.floor((navigator.hardwareConcurrency || 1) / 2)));
}

function wasm(because: string): DeviceChoice {
  return { device: 'wasm', reason: `WebAssembly, because ${because}.` };
}

/** Where the flag is depends on the browser's age. */
function isFallback(adapter: GPUAdapter): boolean {
  return adapter.info.isFallbackAdapter ?? (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter ?? false;
}

async function withLimit<T>(request: Promise<T | null>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ADAPTER_MS);
  });
  const answer = await Promise.race([request.catch(() => null), limit]);
  clearTimeout(timer);
  return answer;
}
