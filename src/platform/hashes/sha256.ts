import { sha256 as digest } from '@noble/hashes/sha2.js';
import type { Sha256 } from '../../engine/ports.ts';

/**
 * SHA-256 as lower-case hex, by `crypto.subtle` where there is one (Node, secure contexts), else in JavaScript: a page
 * served by plain HTTP on a local network has no `crypto.subtle`, and must verify what it reads all the same.
 */
export const sha256: Sha256 = async (bytes) => {
  // Only absent without a secure context, which the DOM types do not say.
  const subtle: typeof crypto.subtle | undefined = globalThis.crypto?.subtle;
  if (!subtle) return hex(digest(bytes));
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
