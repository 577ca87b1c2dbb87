import type { Progress } from './progress.ts';

/** As shells have it: 128 + the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Run `work` with a signal that Ctrl-C aborts: what it interrupts ends in order, with one line and the shell's exit
 * code. A second Ctrl-C ends the process at once, which loses no more than the batch at hand.
 */
export async function stopOnSignals(progress: Progress, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let exitCode = 0;
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = () => {
      exitCode = EXIT_CODES[name];
      controller.abort();
    };
    process.once(name, listener);
    return () => process.off(name, listener);
  });
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    progress.line('Stopped. Run the same command again to continue.');
    process.exitCode = exitCode;
  } finally {
    for (const remove of listeners) remove();
  }
}
