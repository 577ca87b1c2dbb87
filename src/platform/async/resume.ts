import { toAfterimageError } from '../../engine/errors.ts';

/** When it is worth trying again what the network did not give; `failures`: tries in a row that brought nothing. */
export type UntilRetry = (failures: number) => Promise<void>;

export interface Resumed {
  /** Resolves when all was read; rejects with what is not the network's fault. */
  readonly done: Promise<void>;
  /** Try again now, if it is being waited for the network. */
  wake(): void;
}

/**
 * Run `read`, and run it again after each failure of the network until it comes to its end.
 * @param read calls `moved` for everything that it brings
 * @param untilRetry absent: the first failure is the last
 */
export function resume(read: (moved: () => void) => Promise<void>, untilRetry?: UntilRetry): Resumed {
  let wake = () => {};
  let failures = 0;
  const run = async () => {
    for (;;) {
      try {
        return await read(() => {
          failures = 0;
        });
      } catch (error) {
        if (!untilRetry || !isAway(error)) throw error;
      }
      failures++;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([untilRetry(failures), woken]);
    }
  };
  return { done: run(), wake: () => wake() };
}

/** It is the network that does not give it, for now. */
export function isAway(error: unknown): boolean {
  const { code } = toAfterimageError(error);
  return code === 'offline' || code === 'network';
}
