import { memoise } from '../../../engine/async/cached/memoise.ts';
import { createDeferred } from '../../../engine/async/deferred.ts';
import type { LibraryEvent } from '../../../protocol/library-worker.ts';
import { createVisionCrew } from '../../encoders/vision/vision-crew.browser.ts';
import type { VisionWorkerLike, VisionWorkers } from '../../encoders/vision/vision-workers.browser.ts';
import type { Device } from '../../models/tower-files.browser.ts';
import type { OnVisionProgress } from '../../models/vision-files.browser.ts';

export interface VisionTowerOptions {
  readonly baseUrl: string;
  readonly onEvent: (event: LibraryEvent) => void;
  readonly startVisionWorker: () => VisionWorkerLike;
}

/** The vision tower of a library: started when it is first needed, where the page says. */
export interface VisionTower {
  use(device: Device, threads: number): void;
  /** Resolves when the page has said where it runs. */
  ready(): Promise<{ readonly device: Device; readonly threads: number }>;
  workers(): Promise<VisionWorkers>;
  /** Others, which the caller closes: for another model. */
  startWorkers(onProgress: OnVisionProgress): Promise<VisionWorkers>;
  close(): void;
}

export function createVisionTower({ baseUrl, onEvent, startVisionWorker }: VisionTowerOptions): VisionTower {
  const device = createDeferred<{ readonly device: Device; readonly threads: number }>();
  const startWorkers = async (onProgress: OnVisionProgress): Promise<VisionWorkers> =>
    createVisionCrew({
      ...(await device.promise),
      ...{ startWorker: startVisionWorker, baseUrl, onProgress },
      onFallback: (reason) => onEvent({ type: 'device-lost', reason }),
    });
  const vision = memoise(() =>
    startWorkers((stage, loaded, total) => onEvent({ type: 'progress', stage, loaded, total })),
  );
  return {
    use: (on, threads) => device.resolve({ device: on, threads }),
    ready: () => device.promise,
    workers: vision.get,
    startWorkers,
    close: () => void vision.peek()?.then((workers) => workers.close()),
  };
}
