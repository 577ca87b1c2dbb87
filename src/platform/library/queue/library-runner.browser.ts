import type { FoundIndexes } from '../beside/found-indexes.browser.ts';
import { permissionOf } from '../folders/folder-access.browser.ts';
import type { Announcer } from './announcer.ts';
import { createQueuePorts, type QueuePortsOptions } from './queue-ports.browser.ts';
import { createQueueRunner, type QueueRunner } from './queue-runner.ts';
import { type QueueScan, scanQueue } from './scan-queue.ts';
import type { Tabs } from './tabs.browser.ts';
import type { VisionTower } from './vision-tower.browser.ts';

export interface LibraryRunnerOptions
  extends Pick<QueuePortsOptions, 'store' | 'folders' | 'atHand' | 'draw' | 'onStep'> {
  readonly indexes: FoundIndexes;
  readonly tower: VisionTower;
  readonly tabs: Tabs;
  readonly announcer: Announcer;
}

/** Files that are read, and pictures that are decoded, at a time. */
const CONCURRENCY = 4;

/** Works on the queue of a library in this tab: on what this tab can read. */
export function createLibraryRunner(options: LibraryRunnerOptions): QueueRunner {
  const { store, folders, atHand, indexes, draw, onStep, tower, tabs, announcer } = options;
  let scan: QueueScan = { toChoose: 0, folders: new Set(), readable: new Set() };
  const rescan = async () => {
    const may = async (handle: FileSystemFileHandle) => (await permissionOf(handle)) === 'granted';
    scan = await scanQueue(store, atHand.has, may);
  };
  return createQueueRunner({
    store,
    concurrency: CONCURRENCY,
    exclusive: tabs.exclusive,
    ports: createQueuePorts({
      ...{ store, folders, atHand, indexes, draw, onStep, vision: tower.workers },
      isReadable: (id) => scan.readable.has(id),
      onChange: () => announcer.changed(),
    }),
    async prepare() {
      await tower.ready();
      await folders.refresh();
      await rescan();
    },
    async onEnd() {
      indexes.forget();
      await rescan();
      if ((await folders.takeGone((folder) => scan.folders.has(folder))) > 0) announcer.changed();
    },
    async countToChoose() {
      await rescan();
      // Another tab may have what this one has not.
      return (await tabs.isAlone()) ? scan.toChoose : 0;
    },
    onChange: () => announcer.queue(),
  });
}
