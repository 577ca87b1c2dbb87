import type { FileHash } from '../../engine/ports.ts';

/**
 * WebAssembly out of the browser's HTTP cache or from the service worker, verified. Unlike bytes that are compiled, it comes
 * with the machine code that the browser has kept of earlier visits (v8.dev/blog/wasm-code-caching), which takes a response
 * and an address.
 * @returns undefined where it is not there, is another file, or its server called it something else
 */
export async function compileCached(
  url: string,
  { sha256 }: Pick<FileHash, 'sha256'>,
): Promise<WebAssembly.Module | undefined> {
  try {
    const response = await fetch(url, { cache: 'only-if-cached', mode: 'same-origin', integrity: integrityOf(sha256) });
    return response.ok ? await WebAssembly.compileStreaming(response) : undefined;
  } catch {
    return undefined;
  }
}

/** Subresource Integrity's way to write a hash. */
function integrityOf(sha256: string): string {
  const bytes = (sha256.match(/../g) ?? []).map((hex) => Number.parseInt(hex, 16));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}
