import { type Accessor, createEffect, createMemo, on, onCleanup, untrack } from 'solid-js';
import { serialise } from '../../engine/query/serialise.ts';
import type { Progress } from '../collection/session.ts';
import { createOnline } from '../offline/online.ts';
import type { Search } from './search.ts';

/**
 * Why scores of the shown answer are estimates: vectors are still arriving; they cannot be fetched, because there is no
 * network or it does not give them; they are fetched for the best pictures only.
 */
export type Estimating = 'arriving' | 'offline' | 'network' | 'further';

export interface Refining {
  /** Undefined: no score of the shown answer is an estimate. */
  readonly reason: Accessor<Estimating | undefined>;
  /** How much of the vectors has arrived, where they do. */
  readonly progress: Accessor<Progress | undefined>;
}

/** The worker is asked again so soon after the last bytes have come: they have to be checked and put into place first. */
const FIRST_MS = 50;
const LONGEST_MS = 5000;

/**
 * Asks again by itself for an answer with estimates, once the vectors have arrived or the network is back.
 * @param progress of the vectors that arrive by themselves, of 0 bytes while nothing is known of it; undefined where they
 *   are fetched for each query
 * @param held while it says so nothing on the page is replaced: somebody looks at one of the pictures
 */
export function createRefining(
  search: Pick<Search, 'response' | 'refine'>,
  progress: Accessor<Progress | undefined>,
  held: Accessor<boolean>,
): Refining {
  const online = createOnline();
  const hasArrived = createMemo(() => {
    const vectors = progress();
    return vectors !== undefined && vectors.total > 0 && vectors.loaded >= vectors.total;
  });
  let asked: string | undefined;
  let wait = FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  createEffect(
    on([search.response, hasArrived, held], ([response, arrived, isHeld]) => {
      clearTimeout(timer);
      if (!response?.approximate || !arrived || isHeld) return;
      const query = serialise(response.query);
      wait = query === asked ? Math.min(2 * wait, LONGEST_MS) : FIRST_MS;
      asked = query;
      timer = setTimeout(() => void search.refine(), wait);
    }),
  );
  createEffect(
    on([online, held], ([isOnline, isHeld]) => {
      if (isOnline && !isHeld && untrack(search.response)?.unreachable) void search.refine();
    }),
  );
  onCleanup(() => clearTimeout(timer));

  return {
    progress,
    reason() {
      const response = search.response();
      if (!response?.approximate) return undefined;
      if (progress() !== undefined) return online() ? 'arriving' : 'offline';
      if (!response.unreachable) return 'further';
      return online() ? 'network' : 'offline';
    },
  };
}
