import { AfterimageError } from '../../engine/errors.ts';

/** One search after the other, of which the one that runs can be stopped. */
export interface NewestSearch {
  /** A search begins. */
  begin(): AbortSignal;
  /** Its signal is aborted with a coded error, or the page would take the worker for broken. */
  stop(): void;
}

export function createNewestSearch(): NewestSearch {
  let running = new AbortController();
  return {
    begin() {
      running = new AbortController();
      return running.signal;
    },
    stop() {
      running.abort(new AfterimageError('search-superseded', 'A newer search took the place of this one.'));
    },
  };
}
