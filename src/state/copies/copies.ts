import { type Accessor, batch, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { CopyKind, FoundCopies } from '../../protocol/query-worker.ts';

export type FindsCopies = Pick<QueryClient, 'copies' | 'stopCopies'>;

/** Between which thresholds a kind of copies is looked for, and where it begins. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly start: number;
}

/** `near`: the least likeness (docs/decisions/0018-picture-signature.md). `similar`: the least cosine. */
export const RANGES: Readonly<Record<Exclude<CopyKind, 'exact'>, Range>> = {
  near: { min: 0.9, max: 0.995, step: 0.005, start: 0.98 },
  similar: { min: 0.7, max: 0.99, step: 0.01, start: 0.92 },
};

/** While a slider moves, every step would be a search of its own. */
const PAUSE_MS = 250;

/** The pictures of the open collection that are copies of each other, or alike. */
export interface Copies {
  readonly kind: Accessor<CopyKind>;
  setKind(kind: CopyKind): void;
  /** Of the chosen kind; 0 where it has none. */
  readonly threshold: Accessor<number>;
  setThreshold(threshold: number): void;
  /** What was found; while something else is looked for, what was found before. */
  readonly found: Accessor<FoundCopies | undefined>;
  /** How much of the search is done, 0 … 1; undefined while none runs. */
  readonly progress: Accessor<number | undefined>;
  readonly error: Accessor<AfterimageError | undefined>;
  /** Look again. */
  retry(): void;
}

/**
 * Looks for copies as long as its owner lives.
 * @param pictures changes when there are other pictures to look at; `rows`: which ones, undefined: all
 */
export function createCopies(
  client: FindsCopies,
  pictures: Accessor<{ readonly rows: Uint32Array | undefined } | undefined>,
): Copies {
  const [kind, setKind] = createSignal<CopyKind>('near');
  const [thresholds, setThresholds] = createSignal({
    exact: 0,
    near: RANGES.near.start,
    similar: RANGES.similar.start,
  });
  const [found, setFound] = createSignal<{ readonly kind: CopyKind; readonly copies: FoundCopies }>();
  const [progress, setProgress] = createSignal<number>();
  const [error, setError] = createSignal<AfterimageError>();
  const [attempt, setAttempt] = createSignal(0);
  const threshold = createMemo(() => thresholds()[kind()]);
  let newest = 0;

  async function run(rows: Uint32Array | undefined): Promise<void> {
    const number = newest;
    const [asked, bar] = [kind(), threshold()];
    const isNewest = () => number === newest;
    // Progress has a way of its own, on which the last of it may come after the answer.
    let isDone = false;
    try {
      const copies = await client.copies(
        { kind: asked, threshold: bar, rows },
        (done) => isNewest() && !isDone && setProgress(done),
      );
      isDone = true;
      if (!isNewest() || !copies) return;
      batch(() => {
        setFound({ kind: asked, copies });
        setProgress(undefined);
      });
    } catch (cause) {
      isDone = true;
      if (!isNewest()) return;
      batch(() => {
        setError(toAfterimageError(cause));
        setProgress(undefined);
      });
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on([pictures, kind, threshold, attempt], ([wanted, askedKind], before) => {
      newest++;
      clearTimeout(timer);
      setError(undefined);
      setProgress(0);
      if (!wanted) return;
      const isSlid = before?.[1] === askedKind && before[0] === wanted;
      timer = setTimeout(() => void run(wanted.rows), isSlid ? PAUSE_MS : 0);
    }),
  );
  onCleanup(() => {
    newest++;
    clearTimeout(timer);
    client.stopCopies().catch(() => {}); // what stopped by itself need not be stopped
  });

  return {
    kind,
    setKind,
    threshold,
    setThreshold: (value) => setThresholds((all) => ({ ...all, [kind()]: value })),
    found: () => (found()?.kind === kind() ? found()?.copies : undefined),
    progress,
    error,
    retry: () => setAttempt(attempt() + 1),
  };
}
