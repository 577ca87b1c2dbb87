import { abortable } from '../../../engine/async/abortable.ts';
import { type Memo, memoise } from '../../../engine/async/cached/memoise.ts';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { checkDim } from '../../../engine/numeric/dimension.ts';
import type { Retriever } from '../../../engine/search/retriever.ts';
import type { VectorSource } from '../../../engine/search/vector-source.ts';
import type { RemoteState } from '../../../protocol/query-worker.ts';
import { PAGE } from './remote-retriever.ts';

/** Whatever can answer for the rows of one collection. */
export interface Answering {
  readonly retriever: Retriever;
  readonly vectors: VectorSource;
}

export interface RemoteFirstOptions {
  readonly dim: number;
  readonly count: number;
  /** Opens the server's collection, and checks it. */
  readonly openRemote: () => Promise<Answering>;
  /** The index of the collection itself, which is read only when it has to answer. */
  readonly local: Memo<Answering>;
  /** Told when it changes who answers, and of each failure that nothing here makes good. */
  readonly onState: (state: RemoteState) => void;
  readonly now?: () => number;
}

/** For so long a server that did not answer is not asked again: nobody shall wait for it at each query. */
const REST_MS = 30_000;

/** Whoever wants more wants all: as JSON they are ten times as many bytes as in the files of the collection. */
const FEW_VECTORS = 250;

/**
 * A retriever and vectors of a server; where that does not answer, or not for this collection, the index that is here
 * answers in its place, and the server is asked again after a while.
 * Rejects with the server's error where nothing here answers either.
 */
export function createRemoteFirst(options: RemoteFirstOptions): Answering {
  const { dim, count, local, onState, now = () => performance.now() } = options;
  const remote = memoise(options.openRemote);
  let restUntil = Number.NEGATIVE_INFINITY;
  let failure: AfterimageError | undefined;
  let told = '';

  const tell = (state: RemoteState) => {
    const text = JSON.stringify(state);
    if (text !== told) onState(state);
    told = text;
  };

  async function ask<T>(work: (from: Answering) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    if (failure && now() < restUntil) return askLocal(work, failure, signal);
    try {
      const answer = await work(await abortable(remote.get(), signal));
      failure = undefined;
      tell({ state: 'answers' });
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      const coded = toAfterimageError(error);
      if (!coded.code.startsWith('remote-')) throw error;
      remote.forget(); // what it holds may be another collection by the next time
      failure = coded;
      restUntil = now() + REST_MS;
      return askLocal(work, coded, signal);
    }
  }

  async function askLocal<T>(
    work: (from: Answering) => Promise<T>,
    { code, message }: AfterimageError,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    try {
      const answer = await work(await abortable(local.get(), signal));
      tell({ state: 'away', reason: message });
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      restUntil = Number.NEGATIVE_INFINITY; // somebody who tries again means the server too
      const problem = toAfterimageError(error).message;
      tell({ state: 'away', reason: message, problem });
      throw new AfterimageError(code, `${message} The pictures cannot be searched here instead: ${problem}`);
    }
  }

  return {
    retriever: {
      kind: 'remote',
      dim,
      size: count,
      pageSize: PAGE,
      async retrieve(query, asked) {
        asked.signal?.throwIfAborted();
        checkDim(query.length, dim);
        return ask(({ retriever }) => retriever.retrieve(query, asked), asked.signal);
      },
      dispose() {
        local.peek()?.then(({ retriever }) => retriever.dispose(), ignored);
      },
    },
    vectors: {
      async vectorsOf(rows, asked) {
        const work = ({ vectors }: Answering) => vectors.vectorsOf(rows, asked);
        if (rows.length <= FEW_VECTORS) return ask(work, asked?.signal);
        const here = await abortable(local.get(), asked?.signal).catch(() => undefined);
        return here ? work(here) : ask(work, asked?.signal);
      },
    },
  };
}

function ignored(): void {}
