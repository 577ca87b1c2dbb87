import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { Pixels } from '../../../engine/ports.ts';
import type { VisionModel } from '../../models/vision-files.browser.ts';
import type { LoadedVision } from '../../sessions/vision-session.browser.ts';
import { createVisionWorkers, type VisionOptions, type VisionWorkers } from './vision-workers.browser.ts';

/** Towers that nobody needs any more give their memory back after so long; the next picture loads them again. */
const IDLE_MS = 120_000;

export interface VisionCrewOptions extends VisionOptions {
  /** For tests. */
  readonly start?: (options: VisionOptions) => VisionWorkers;
}

/**
 * As many vision towers side by side as there are threads, where a tower takes one: two threads of one run wait for each
 * other, and take half as much again of the processor's time. A batch is shared out among them.
 */
export function createVisionCrew({ start = createVisionWorkers, ...options }: VisionCrewOptions): VisionWorkers {
  const first = start(options);
  let others: VisionWorkers[] = [];
  /** What `others` have loaded. */
  let theirs: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Those that do not load, for want of memory, are done without. */
  const grow = async (wanted: number, made: VisionModel): Promise<void> => {
    if (theirs !== made.model.sha256) {
      for (const one of others) one.close();
      others = [];
    }
    theirs = made.model.sha256;
    const added = Array.from({ length: Math.max(0, wanted - others.length) }, () =>
      start({ ...options, onProgress: () => {} }),
    );
    const load = async (one: VisionWorkers): Promise<VisionWorkers[]> => {
      try {
        await one.load(made);
        return [one];
      } catch {
        one.close();
        return [];
      }
    };
    const loaded = await Promise.all(added.map(load));
    others = [...others, ...loaded.flat()];
  };
  const close = () => {
    for (const one of [first, ...others]) one.close();
  };
  return {
    async load(library): Promise<LoadedVision> {
      const loaded = await first.load(library);
      const { model, dim, batchSize, isSingle } = loaded;
      await grow(isSingle ? options.threads - 1 : 0, { model, dim });
      return { ...loaded, batchSize: batchSize * (1 + others.length) };
    },
    async encode(batch): Promise<Embedding[]> {
      clearTimeout(timer);
      const workers = [first, ...others];
      const share = Math.ceil(batch.length / workers.length);
      const parts = workers.map((_, i) => batch.slice(i * share, (i + 1) * share));
      const encode = (part: readonly Pixels[], i: number) => (part.length === 0 ? [] : workers[i]?.encode(part)) ?? [];
      try {
        return (await Promise.all(parts.map(encode))).flat();
      } finally {
        timer = setTimeout(close, IDLE_MS);
      }
    },
    close() {
      clearTimeout(timer);
      close();
    },
  };
}
