import { assertModel } from '../../../engine/collection/assert-model.ts';
import { LIBRARY } from '../../../engine/collection/types.ts';
import type { LibraryEvent } from '../../../protocol/library-worker.ts';
import { createHttpSource } from '../../bytes/http-source.browser.ts';
import { keepModel } from '../../models/keep-model.browser.ts';
import { textFiles, visionFiles } from '../../models/model-files.ts';
import type { LibraryModel } from '../library-store.ts';
import { calmed, QUEUE_MS } from '../queue/announcer.ts';
import type { VisionTower } from '../queue/vision-tower.browser.ts';
import { type Changeover, type ChangeoverOptions, createChangeover } from './changeover.browser.ts';
import { type ChangeoverPictures, createChangeoverPictures } from './changeover-pictures.browser.ts';

export interface LibraryChangeoverOptions
  extends Pick<ChangeoverOptions, 'baseUrl' | 'store'>,
    Omit<ChangeoverPictures, 'workers' | 'store'> {
  readonly queue: Pick<ChangeoverOptions, 'tabs' | 'runner'>;
  readonly tower: VisionTower;
  readonly onEvent: (event: LibraryEvent) => void;
}

/** The changeover of a library of this site, which tells the page how far it is. */
export function createLibraryChangeover({ queue, tower, onEvent, ...options }: LibraryChangeoverOptions): Changeover {
  const say = calmed(QUEUE_MS, async () => {
    const now = await changeover.state().catch(() => undefined);
    if (now !== undefined) onEvent({ type: 'changeover', changeover: now });
  });
  const changeover = createChangeover({
    ...options,
    runner: queue.runner,
    tabs: queue.tabs,
    open: async (model) => {
      const workers = await tower.startWorkers(() => undefined); // what is told of it was downloaded already
      return { ...createChangeoverPictures({ ...options, workers, model }), close: workers.close };
    },
    download: async (model, signal, onProgress) => {
      const { device } = await tower.ready();
      const source = createHttpSource(options.baseUrl);
      const needed = (manifest: Parameters<typeof textFiles>[0]) => {
        assertModel({ name: LIBRARY, ...model } satisfies LibraryModel & { name: string }, manifest);
        return [...new Set([...textFiles(manifest, device), ...visionFiles(manifest, device)])];
      };
      await keepModel(source, model.model.id, needed, { signal, onProgress });
    },
    onState: say,
  });
  return changeover;
}
