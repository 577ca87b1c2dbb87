import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** One line that all connections share, as from a phone to its mast. */
export interface Link {
  /** Sends all of a body. */
  send(body: Buffer, to: Writable): Promise<void>;
}

const CHUNK = 16 * 1024;

/** As fast as the machine, without a rate. */
export function createLink({ bytesPerSecond, latencyMs = 0 }: { bytesPerSecond?: number; latencyMs?: number }): Link {
  /** When the line is free again, in milliseconds of `performance.now`. */
  let free = 0;
  return {
    async send(body, to) {
      if (latencyMs > 0) await wait(latencyMs);
      if (bytesPerSecond === undefined) return void to.end(body);
      for (let start = 0; start < body.length && !to.destroyed; start += CHUNK) {
        const chunk = body.subarray(start, start + CHUNK);
        free = Math.max(free, performance.now()) + (chunk.length / bytesPerSecond) * 1000;
        await wait(free - performance.now());
        to.write(chunk);
      }
      to.end();
    },
  };
}
