import { listen } from '../shell/listen.ts';

/** What a visitor does that is followed by requests: searches, pictures of results, pictures that scroll into view. */
const ACTIVITY = ['keydown', 'input', 'pointerdown', 'wheel', 'scroll', 'touchmove'];

/** Long enough for a pause between two words. */
const QUIET_MS = 5000;

/** When network and processor are free for what can wait. */
export interface Quiet {
  /** Counts anew from now, as after something that the visitor did. */
  restart(): void;
  /** Resolves once the visitor has done nothing for long enough. Rejects with the reason of its signal. */
  wait(signal?: AbortSignal): Promise<void>;
}

export function createQuiet(quietMs = QUIET_MS): Quiet {
  let since = performance.now();
  const restart = () => {
    since = performance.now();
  };
  for (const type of ACTIVITY) listen(document, type, restart, CAPTURED);
  return {
    restart,
    async wait(signal) {
      for (let left = quietMs; left > 0; ) {
        signal?.throwIfAborted();
        left = since + quietMs - performance.now();
        if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      }
    },
  };
}

/** Of every element, before anything can stop it, and without holding up what it tells of. */
const CAPTURED = { capture: true, passive: true };
