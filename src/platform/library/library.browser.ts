import { memoise } from '../../engine/async/cached/memoise.ts';
import { createDeferred } from '../../engine/async/deferred.ts';
import { toAfterimageError } from '../../engine/errors.ts';
import type {
  Addition,
  LibraryEvent,
  LibraryOverview,
  LibraryPage,
  LibraryWorkerApi,
  Queue,
} from '../../protocol/library-worker.ts';
import { createVisionWorkers, type VisionWorkerLike, type VisionWorkers } from '../encoders/vision-workers.browser.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { createMoving } from './exchange/move-library.browser.ts';
import { picturesAmong } from './folders/added-files.ts';
import { createFilesAtHand, keyOf } from './folders/files-at-hand.ts';
import { permissionOf } from './folders/folder-access.browser.ts';
import { createLibraryFolders } from './folders/library-folders.browser.ts';
import { watchFolders } from './folders/watch-folders.browser.ts';
import type { LibraryStore, QueuedFile } from './library-store.ts';
import { createAnnouncer } from './queue/announcer.ts';
import { createQueuePorts, originalOf, type QueuePortsOptions } from './queue/queue-ports.browser.ts';
import { createQueueRunner } from './queue/queue-runner.ts';
import { type QueueScan, scanQueue, waitingFiles } from './queue/scan-queue.ts';
import { createTabs, type TabMessage } from './queue/tabs.browser.ts';

export interface LibraryOptions {
  readonly baseUrl: string;
  readonly store: LibraryStore;
  readonly onEvent: (event: LibraryEvent) => void;
  readonly page: LibraryPage;
  readonly startVisionWorker: () => VisionWorkerLike;
  readonly onStep?: QueuePortsOptions['onStep'];
}

export interface Library
  extends Omit<LibraryWorkerApi, 'embed' | 'connect' | 'useDevice' | 'pause' | 'resume' | 'cancel' | 'rescan'> {
  useDevice(device: Device, threads: number): void;
  /** To the queue, wherever it runs. */
  command(command: 'pause' | 'resume' | 'cancel'): Promise<void>;
  /** Look through a folder again. */
  look(folder: number): Promise<void>;
  /** Let go of everything, as when the worker ends: what was in flight waits for another tab. */
  close(): void;
}

/** Files that are read, and pictures that are decoded, at a time. */
const CONCURRENCY = 4;
/** What was removed can be put back for so long. */
const UNDO_MS = 3_600_000;
/** Signs of life, for those who wait for an answer. */
const HEARTBEAT_MS = 2000;
/** What another tab said of its queue is true for so long. */
const SAID_MS = 3000;
const ENQUEUED_TOGETHER = 1000;

/** The library of a visitor's own pictures: what is added, its queue, and what is taken out again. */
export function createLibrary(options: LibraryOptions): Library {
  const { baseUrl, store, onEvent, page, startVisionWorker, onStep = () => {} } = options;
  const atHand = createFilesAtHand();
  const folders = createLibraryFolders(store);
  const device = createDeferred<{ readonly device: Device; readonly threads: number }>();
  const removals = new Map<number, readonly number[]>();
  const looks = new Map<number, AbortController>();
  let removed = 0;
  let scan: QueueScan = { toChoose: 0, folders: new Set(), readable: new Set() };
  let elsewhere: { readonly queue: Queue; readonly until: number } | undefined;

  const tabs = createTabs(baseUrl, (message) => void heard(message));
  const announcer = createAnnouncer({
    queue: () => queue(),
    emit: onEvent,
    tell: (told) => tabs.tell({ type: 'queue', queue: told }),
  });
  const vision = memoise(async (): Promise<VisionWorkers> => {
    const onProgress = (stage: 'runtime' | 'vision encoder', loaded: number, total: number) =>
      onEvent({ type: 'progress', stage, loaded, total });
    const onFallback = (reason: string) => onEvent({ type: 'device-lost', reason });
    return createVisionWorkers({
      ...(await device.promise),
      startWorker: startVisionWorker,
      baseUrl,
      onProgress,
      onFallback,
    });
  });
  const look = async (id: number) => {
    looks.get(id)?.abort();
    const stop = new AbortController();
    looks.set(id, stop);
    await runner.added();
    await runner.listing(() => folders.look(id, stop.signal, runner.wake));
    runner.wake();
  };
  const rescan = async () => {
    const may = async (handle: FileSystemFileHandle) => (await permissionOf(handle)) === 'granted';
    scan = await scanQueue(store, atHand.has, may);
  };
  const runner = createQueueRunner({
    store,
    concurrency: CONCURRENCY,
    exclusive: tabs.exclusive,
    ports: createQueuePorts({
      ...{ store, folders, atHand, onStep, vision: vision.get },
      draw: (svg, width, height) => page.draw(svg, width, height),
      isReadable: (id) => scan.readable.has(id),
      onChange: () => announcer.changed(),
    }),
    async prepare() {
      await device.promise;
      await folders.refresh();
      await rescan();
    },
    async onEnd() {
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
  const opened = memoise(async () => {
    const repairs = (await tabs.isAlone()) ? await store.check() : [];
    await store.purge(UNDO_MS);
    await folders.refresh();
    return repairs;
  });
  const watch = watchFolders(baseUrl, (folder) => void look(folder).catch(() => undefined));
  const begin = async () => {
    await opened.get();
    if ((await store.countWaiting()) > 0) runner.wake();
    void watch(await folders.overview());
  };
  store.subscribe(() => announcer.changed());
  const heartbeat = setInterval(() => onEvent({ type: 'heartbeat' }), HEARTBEAT_MS);

  async function queue(): Promise<Queue> {
    const own = await runner.queue();
    const isOfOther = elsewhere && elsewhere.until > performance.now() && !['running', 'listing'].includes(own.state);
    return isOfOther && elsewhere ? elsewhere.queue : own;
  }

  async function heard(message: TabMessage): Promise<void> {
    if (message.type === 'command') return obey(message.command);
    elsewhere = { queue: message.queue, until: performance.now() + SAID_MS };
    announcer.queue();
  }

  async function obey(command: 'pause' | 'resume' | 'cancel'): Promise<void> {
    if (command === 'resume') {
      await folders.refresh();
      runner.resume();
    } else await runner[command]();
  }

  async function addFiles(files: Extract<Addition, { kind: 'files' }>['files']): Promise<void> {
    await runner.added();
    const waiting = new Set<string>();
    for await (const some of waitingFiles(store)) {
      for (const { file } of some) if (file.folder === null) waiting.add(keyOf(file));
    }
    const found = picturesAmong(files).map(({ added, others }) => {
      const [file] = atHand.add([added]);
      return file && { ...file, ...(others.length > 0 && { others }) };
    });
    // What waited already was chosen again.
    const added = found.filter((file) => file !== undefined && !waiting.has(keyOf(file))) as NonNullable<
      (typeof found)[0]
    >[];
    for (let i = 0; i < added.length; i += ENQUEUED_TOGETHER) {
      await store.enqueue(added.slice(i, i + ENQUEUED_TOGETHER));
      runner.wake();
    }
    runner.wake();
  }

  const canRetry = ({ file }: QueuedFile) =>
    file.folder === null ? atHand.has(file) || file.handle !== undefined : folders.access(file.folder) === 'granted';
  const pictureOf = async (itemId: string) => store.findItem(itemId);

  return {
    ...createMoving(baseUrl, store, onEvent),
    useDevice(on, threads) {
      device.resolve({ device: on, threads });
      begin().catch((error: unknown) => void runner.pause(toAfterimageError(error)));
    },
    async overview(): Promise<LibraryOverview> {
      const repairs = await opened.get();
      const [count, all, failed] = await Promise.all([store.count(), folders.overview(), store.failed()]);
      const isPersistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
      const base = { count, folders: all, failures: failed.length, isPersistent, repairs };
      return { ...base, queue: await queue(), usage: await usage() };
    },
    async add(addition) {
      await opened.get();
      if (addition.kind === 'files') return addFiles(addition.files);
      const folder = await folders.add(addition.handle);
      announcer.changed();
      void watch(await folders.overview());
      // What is wrong with the folder is shown with it.
      look(folder.id).catch(() => announcer.changed());
    },
    async command(command) {
      tabs.tell({ type: 'command', command });
      await obey(command);
    },
    async failures() {
      const failed = await store.failed();
      return failed.map((one) => ({
        id: one.id,
        path: one.file.path,
        code: (one.failure?.code ?? 'internal') as 'internal',
        reason: one.failure?.reason ?? '',
        canRetry: canRetry(one),
      }));
    },
    async retry(ids) {
      await folders.refresh();
      const failed = (await store.failed()).filter(
        (one) => canRetry(one) && (ids === undefined || ids.includes(one.id)),
      );
      await store.retry(failed.map(({ id }) => id));
      runner.retried(failed.length);
      announcer.changed();
      runner.wake();
    },
    async remove(itemIds) {
      const pictures = await Promise.all(itemIds.map(pictureOf));
      const keys = pictures.flatMap((picture) => (picture ? [picture.key] : []));
      await store.remove(keys);
      removals.set(++removed, keys);
      return removed;
    },
    async restore(removal) {
      await store.restore(removals.get(removal) ?? []);
      removals.delete(removal);
    },
    look,
    async forgetFolder(folder, withPictures) {
      looks.get(folder)?.abort();
      for await (const files of waitingFiles(store)) {
        await store.dequeue(files.filter(({ file }) => file.folder === folder).map(({ id }) => id));
      }
      await folders.forget(folder, withPictures);
      announcer.changed();
    },
    close() {
      clearInterval(heartbeat);
      vision.peek()?.then((workers) => workers.close());
      tabs.close();
      store.close();
    },
    async original(itemId) {
      await opened.get();
      const picture = await pictureOf(itemId);
      return picture && originalOf(picture.files, { folders, atHand });
    },
    async thumbnail(itemId) {
      const path = (await pictureOf(itemId))?.item.thumbnail?.path;
      const rendition = path === undefined ? undefined : await store.rendition(path);
      return rendition && new Blob([rendition.bytes], { type: rendition.type });
    },
    async clear() {
      for (const one of looks.values()) one.abort();
      await runner.cancel();
      await runner.settled();
      await store.clear();
      atHand.clear();
      await folders.refresh();
      announcer.changed();
    },
  };
}

async function usage(): Promise<LibraryOverview['usage']> {
  const { usage: used, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return used === undefined || quota === undefined ? null : { used, quota };
}
