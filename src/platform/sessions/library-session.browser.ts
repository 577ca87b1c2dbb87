import { createDeferred } from '../../engine/async/deferred.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { LibraryWorkerApi } from '../../protocol/library-worker.ts';
import type { VisionWorkerLike } from '../encoders/vision/vision-workers.browser.ts';
import { createLibrary, type Library, type LibraryOptions } from '../library/library.browser.ts';
import type { LibraryStore } from '../library/library-store.ts';
import { createQueryPictures } from '../library/query-pictures.browser.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { holdWorkerLock } from './worker-lock.browser.ts';

export interface LibrarySessionOptions {
  readonly openStore: (baseUrl: string) => LibraryStore;
  readonly startVisionWorker: () => VisionWorkerLike;
  /** Told what steps take: for measurements. */
  readonly onStep?: NonNullable<LibraryOptions['onStep']>;
}

/** What the library worker does, apart from the worker. */
export function createLibrarySession({ openStore, ...options }: LibrarySessionOptions): LibraryWorkerApi {
  let opened: Library | undefined;
  let embed: LibraryWorkerApi['embed'] = async () => notConnected();
  const library = () => opened ?? notConnected();
  const device = createDeferred<{ readonly device: Device; readonly threads: number }>();

  return {
    async connect(baseUrl, onEvent, workerLock, page) {
      const store = openStore(baseUrl);
      opened = createLibrary({ ...options, baseUrl, store, onEvent, page });
      embed = createQueryPictures({
        ...{ baseUrl, device: device.promise, startWorker: options.startVisionWorker },
        draw: (svg, width, height) => page.draw(svg, width, height),
        onProgress: (stage, loaded, total) => onEvent({ type: 'progress', stage, loaded, total }),
        onFallback: (reason) => onEvent({ type: 'device-lost', reason }),
      });
      return workerLock !== undefined && (await holdWorkerLock(workerLock));
    },
    async useDevice(on, threads) {
      device.resolve({ device: on, threads });
      library().useDevice(on, threads);
    },
    overview: () => library().overview(),
    add: (addition, list) => library().add(addition, list),
    give: (list, files) => library().give(list, files),
    pause: () => library().command('pause'),
    resume: () => library().command('resume'),
    cancel: () => library().command('cancel'),
    failures: (limit) => library().failures(limit),
    retry: (ids) => library().retry(ids),
    dismissFailures: () => library().dismissFailures(),
    remove: (itemIds) => library().remove(itemIds),
    restore: (removal) => library().restore(removal),
    countRemoved: () => library().countRemoved(),
    restoreAll: () => library().restoreAll(),
    withCopies: () => library().withCopies(),
    planDeletion: (of) => library().planDeletion(of),
    deleteFiles: (plan) => library().deleteFiles(plan),
    rescan: (folder) => library().look(folder),
    keepIndex: (folder, keep) => library().keepIndex(folder, keep),
    forgetFolder: (folder, withPictures) => library().forgetFolder(folder, withPictures),
    original: (itemId) => library().original(itemId),
    thumbnail: (itemId) => library().thumbnail(itemId),
    exportLibrary: (options) => library().exportLibrary(options),
    importLibrary: (file) => library().importLibrary(file),
    albums: () => library().albums(),
    createAlbum: (name, content) => library().createAlbum(name, content),
    changeAlbum: (id, change) => library().changeAlbum(id, change),
    deleteAlbum: (id) => library().deleteAlbum(id),
    restoreAlbum: (album) => library().restoreAlbum(album),
    embed: (file, model) => embed(file, model),
    changeModel: (model) => library().changeModel(model),
    changeover: (command) => library().changeover(command),
    clear: () => library().clear(),
  };
}

function notConnected(): never {
  throw new AfterimageError('internal', 'The library worker was used before connect().');
}
