import { type Accessor, createEffect, on, onCleanup } from 'solid-js';
import type { Search } from './search.ts';

/** Pictures that are added one batch after the other change the shown answer together: this often at most. */
const EVERY_MS = 500;

/**
 * Asks for the shown answer again when pictures of the collection have come or gone.
 * @param changed another value with each change of the open collection
 * @param held while it says so nothing on the page is replaced: somebody looks at one of the pictures
 */
export function createFollowing(
  search: Pick<Search, 'response' | 'refine' | 'pending'>,
  changed: Accessor<unknown>,
  held: Accessor<boolean>,
): void {
  /** The shown answer is older than the newest change. */
  let isOld = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refine = () => {
    timer = undefined;
    if (!isOld || held()) return;
    // The answer that is on its way may be older, too.
    if (search.pending()) return wait();
    isOld = false;
    void search.refine();
  };
  const wait = () => {
    timer ??= setTimeout(refine, EVERY_MS);
  };
  createEffect(
    on(
      changed,
      () => {
        isOld = true;
        wait();
      },
      { defer: true },
    ),
  );
  createEffect(on(held, (isHeld) => isOld && !isHeld && wait(), { defer: true }));
  onCleanup(() => clearTimeout(timer));
}
