import { createHash } from 'node:crypto';
import type { Sha256 } from '../engine/ports.ts';

/**
 * SHA-256 as lower-case hex, on this thread: for the two kilobytes of a vector, `crypto.subtle` takes some twenty times as
 * long, on its way to another thread and back.
 */
export const sha256: Sha256 = async (bytes) => createHash('sha256').update(bytes).digest('hex');
