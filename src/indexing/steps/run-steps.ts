import type { Steps } from '../../engine/async/steps.ts';

/** Long enough that turns cost nothing, short enough that Ctrl-C is heard at once. */
const TURN_MS = 50;

/**
 * Run work step by step; between them, about every 50 ms, whatever else waits for the thread has its turn.
 * @param onProgress is told how much is done, 0 … 1, and 1 at the end
 * @throws the signal's reason once it is aborted
 */
export async function runSteps<T>(
  steps: Steps<T>,
  signal: AbortSignal,
  onProgress: (done: number) => void = () => {},
): Promise<T> {
  let began = Number.NEGATIVE_INFINITY;
  let done = 0;
  for (;;) {
    if (performance.now() - began >= TURN_MS) {
      onProgress(done);
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      began = performance.now();
    }
    const step = steps.next();
    if (step.done) {
      onProgress(1);
      return step.value;
    }
    done = step.value;
  }
}
