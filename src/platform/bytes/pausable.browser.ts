import { createDeferred } from '../../engine/async/deferred.ts';
import type { HttpSource } from './http-source.browser.ts';

/** What only queries need: the runtime, the model, vectors and what finds them. Pictures can be looked at without. */
const FOR_QUERIES = /^models\/.*\/|\.wasm$|\/(?:vectors|graph|codes)-[0-9a-f]{16}\.bin$/;

const PAUSED = new DOMException('Loading was paused.', 'AbortError');

export interface PausableSource extends HttpSource {
  /** Stop the downloads of what only queries need, and begin no others; who waits for them waits on. */
  pause(): void;
  /** Begin them again. */
  resume(): void;
}

/** A source whose larger downloads can be paused. Whole files that are there stay; one on its way begins anew. */
export function pausable(source: HttpSource): PausableSource {
  const running = new Set<AbortController>();
  let paused: { readonly promise: Promise<void>; resolve(): void } | undefined;

  const read: HttpSource['read'] = async (path, expected, options = {}) => {
    if (!FOR_QUERIES.test(path)) return source.read(path, expected, options);
    const { signal } = options;
    for (;;) {
      while (paused) await paused.promise;
      signal?.throwIfAborted();
      const controller = new AbortController();
      const abort = () => controller.abort(signal?.reason);
      signal?.addEventListener('abort', abort);
      running.add(controller);
      try {
        return await source.read(path, expected, { ...options, signal: controller.signal });
      } catch (error) {
        if (controller.signal.reason !== PAUSED) throw error;
      } finally {
        running.delete(controller);
        signal?.removeEventListener('abort', abort);
      }
    }
  };

  return {
    ...source,
    read,
    pause() {
      paused ??= createDeferred<void>();
      for (const controller of running) controller.abort(PAUSED);
    },
    resume() {
      paused?.resolve();
      paused = undefined;
    },
  };
}
