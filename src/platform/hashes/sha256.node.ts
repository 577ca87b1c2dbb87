import { createHash } from 'node:crypto';
import type { Sha256 } from '../../engine/ports.ts';
import { sha256 as onAnotherThread } from './sha256.ts';

/** A megabyte takes a millisecond or less. */
const SMALL_BYTES = 2 ** 20;

/**
 * SHA-256 as lower-case hex, of what is small on this thread: for the two kilobytes of a vector, `crypto.subtle` takes some
 * twenty times as long, on its way to another thread and back.
 */
export const sha256: Sha256 = async (bytes) =>
  bytes.length > SMALL_BYTES ? onAnotherThread(bytes) : createHash('sha256').update(bytes).digest('hex');
