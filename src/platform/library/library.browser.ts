import { memoise } from '../../engine/async/cached/memoise.ts';
import { toAfterimageError } from '../../engine/errors.ts';
import type { AlbumVerbs } from '../../protocol/albums.ts';
import type { LibraryEvent, LibraryPage, LibraryWorkerApi } from '../../protocol/library-worker.ts';
import type { VisionWorkerLike } from '../encoders/vision/vision-workers.browser.ts';
import { isDefaultModel } from '../models/default-model.browser.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { createFoundIndexes } from './beside/found-indexes.browser.ts';
import { createKeptIndexes, type KeptIndexesOptions } from './beside/keep-indexes.browser.ts';
import { createLibraryChangeover } from './changeover/library-changeover.browser.ts';
import { createMoving } from './exchange/move-library.browser.ts';
import { createFilesAtHand } from './folders/files-at-hand.ts';
import { createLibraryFolders } from './folders/library-folders.browser.ts';
import { createLooks } from './folders/looks.browser.ts';
import { watchFolders } from './folders/watch-folders.browser.ts';
import type { LibraryModel, LibraryStore } from './library-store.ts';
import { createLibraryQueue } from './queue/library-queue.browser.ts';
import type { QueuePortsOptions } from './queue/queue-ports.browser.ts';
import type { QueueCommand } from './queue/tabs.browser.ts';
import { createVisionTower } from './queue/vision-tower.browser.ts';
import { createAdding } from './requests/adding.browser.ts';
import { createDeleting } from './requests/deleting.browser.ts';
import { createFailures } from './requests/failures.browser.ts';
import { createFilesOfPictures } from './requests/files-of-pictures.browser.ts';
import { createGivenLists } from './requests/given-lists.ts';
import { createIndexing } from './requests/indexing.browser.ts';
import { createModelRequests } from './requests/model-requests.browser.ts';
import { createOverview } from './requests/overview.browser.ts';
import type { LibraryParts } from './requests/parts.browser.ts';
import { createRemovals } from './requests/removals.ts';
import { createRemoving } from './requests/removing.browser.ts';

export interface LibraryOptions {
  readonly baseUrl: string;
  readonly store: LibraryStore;
  readonly onEvent: (event: LibraryEvent) => void;
  readonly page: LibraryPage;
  readonly startVisionWorker: () => VisionWorkerLike;
  readonly onStep?: QueuePortsOptions['onStep'];
  /** Whether a library that has no model yet would take this one; asked of the site where absent. */
  readonly fitsModel?: (model: LibraryModel) => Promise<boolean>;
  /** How often an index beside pictures is written; see KeptIndexesOptions. */
  readonly indexing?: Pick<KeptIndexesOptions, 'quietMs' | 'everyMs'>;
}

export interface Library
  extends Omit<LibraryWorkerApi, 'embed' | 'connect' | 'useDevice' | 'pause' | 'resume' | 'cancel' | 'rescan'> {
  useDevice(device: Device, threads: number): void;
  /** To the queue, wherever it runs. */
  command(command: QueueCommand): Promise<void>;
  /** Look through a folder again. */
  look(folder: number): Promise<void>;
  /** Let go of everything, as when the worker ends: what was in flight waits for another tab. */
  close(): void;
}

/** What was removed can be put back for so long. */
const UNDO_MS = 3_600_000;
/** Signs of life, for those who wait for an answer. */
const HEARTBEAT_MS = 2000;

/** The library of a visitor's own pictures: what is added, its queue, and what is taken out again. */
export function createLibrary(options: LibraryOptions): Library {
  const { baseUrl, store, onEvent, page, startVisionWorker, onStep = () => {} } = options;
  const atHand = createFilesAtHand();
  const folders = createLibraryFolders(store);
  const { fitsModel = (model: LibraryModel) => isDefaultModel(baseUrl, model) } = options;
  const indexes = createFoundIndexes({ store, folders, fitsModel });
  const tower = createVisionTower({ baseUrl, onEvent, startVisionWorker });
  const queue = createLibraryQueue({
    ...{ baseUrl, store, folders, atHand, indexes, tower, onStep, onEvent },
    draw: (svg, width, height) => page.draw(svg, width, height),
    onCancel: async () => {
      lists.clear();
      onEvent({ type: 'cancelled' });
      await looks.stopAll();
    },
  });
  const lists = createGivenLists();
  const { runner, tabs } = queue;
  const draw: LibraryPage['draw'] = (svg, width, height) => page.draw(svg, width, height);
  const changeover = createLibraryChangeover({ baseUrl, store, folders, atHand, tower, queue, draw, onEvent });
  const looks = createLooks(folders, runner);
  const opened = memoise(async () => {
    const repairs = (await tabs.isAlone()) ? await store.check() : [];
    await store.purge(UNDO_MS);
    await folders.refresh();
    return repairs;
  });
  const watch = watchFolders(baseUrl, (folder) => void looks.look(folder).catch(() => undefined));
  const begin = async () => {
    await opened.get();
    if ((await store.countWaiting()) > 0) runner.wake();
    if (await store.changingTo()) changeover.resume();
    kept.changed(); // the last visit may have ended before it was written
    void watch(await folders.overview());
  };
  const kept = createKeptIndexes({
    ...{ store, folders, exclusive: tabs.exclusive, onChange: queue.changed },
    isBusy: runner.isBusy,
    ...options.indexing,
  });
  store.subscribe(({ type }) => {
    if (type === 'albums' || type === 'cleared') onEvent({ type: 'albums' });
    if (type === 'albums') return;
    queue.changed();
    kept.changed();
  });
  const heartbeat = setInterval(() => onEvent({ type: 'heartbeat' }), HEARTBEAT_MS);
  const removals = createRemovals();
  const parts: LibraryParts = {
    ...{ store, folders, atHand, indexes, kept, queue, looks, changeover, removals, lists, watch },
    opened: opened.get,
  };

  return {
    ...createOverview(parts),
    ...createAdding(parts),
    ...createFailures(parts),
    ...createRemoving(parts),
    ...createDeleting(parts),
    ...createIndexing(parts),
    ...createFilesOfPictures(parts),
    ...createMoving(baseUrl, store, onEvent),
    ...albumVerbs(store),
    useDevice(on, threads) {
      tower.use(on, threads);
      begin().catch((error: unknown) => void runner.pause(toAfterimageError(error)));
    },
    ...createModelRequests(parts),
    async command(command) {
      await queue.command(command);
      if (command === 'resume') changeover.lookAgain();
      kept.changed(); // a folder may have been allowed to be written to
    },
    look: looks.look,
    close() {
      clearInterval(heartbeat);
      changeover.close();
      kept.close();
      tower.close();
      tabs.close();
      store.close();
    },
  };
}

/** Albums are asked of the store itself. */
function albumVerbs(store: LibraryStore): AlbumVerbs {
  const { albums, createAlbum, changeAlbum, deleteAlbum, restoreAlbum } = store;
  return { albums, createAlbum, changeAlbum, deleteAlbum, restoreAlbum };
}
