import { createEffect, on } from 'solid-js';
import type { LibraryClient } from '../../client/library-client.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { PictureWithCopies } from '../../protocol/library-files.ts';
import type { Addition, LibraryExportOptions, LibraryFolder, LibraryImport } from '../../protocol/library-worker.ts';
import { type Albums, createAlbums } from '../albums/albums.ts';
import type { Notices } from '../shell/notices.ts';
import { createDiskDeletion, type DiskDeletion } from './disk-deletion.ts';
import { createOverview, type Overview } from './overview.ts';
import { mayRead, mayWrite } from './permission.ts';
import { sayRemoved } from './say-removed.ts';

/** The visitor's own pictures, as they are kept in this browser. What fails is said as a notice, unless it says otherwise. */
export interface Library extends Omit<Overview, 'stopMoving'> {
  readonly albums: Albums;
  /** @returns whether it is in the queue */
  add(additions: readonly Addition[]): Promise<boolean>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  cancel(): Promise<void>;
  retry(ids?: readonly number[]): Promise<void>;
  /** Forget which files failed. */
  dismissFailures(): Promise<void>;
  rescan(folder: number): Promise<void>;
  forgetFolder(folder: number, withPictures: boolean): Promise<void>;
  /**
   * To be called by a click: ask whether a folder may be read again, and go on if it may.
   * @param mode `readwrite` for one whose index is kept beside its pictures: the browser asks once for both
   */
  allow(handle: FileSystemDirectoryHandle, mode?: 'read' | 'readwrite'): Promise<void>;
  /** To be called by a click: keep the index of a folder beside its pictures, if the browser allows to write there. */
  keepIndex(folder: Pick<LibraryFolder, 'id' | 'handle'>): Promise<void>;
  /** Keep it no more, and delete its file or leave it. */
  leaveIndex(folder: number, deleteFile: boolean): Promise<void>;
  /**
   * Delete pictures; the notice that says so has a button that brings them back, and one that asks whether their files shall be
   * deleted, too, where that can be done. @returns whether they are gone
   */
  remove(itemIds: readonly string[]): Promise<boolean>;
  /** How many pictures were deleted lately, on earlier visits too, and can be brought back. @throws AfterimageError */
  countRemoved(): Promise<number>;
  /** Bring all of those back. */
  restoreAll(): Promise<void>;
  /** Embed all pictures again with another model. */
  changeModel(model: Parameters<LibraryClient['changeModel']>[0]): Promise<void>;
  changeoverDo(command: Parameters<LibraryClient['changeover']>[0]): Promise<void>;
  /** Pictures whose content is found at several places. @throws AfterimageError */
  withCopies(): Promise<readonly PictureWithCopies[]>;
  /** Deleting files from the disk. */
  readonly disk: DiskDeletion;
  /** Delete all pictures, folders and the queue. @throws AfterimageError */
  clear(): Promise<void>;
  /** The library as one file. @throws AfterimageError as `LibraryWorkerApi.exportLibrary` does */
  exportTo(options: LibraryExportOptions): Promise<Blob>;
  /** Add what was exported. @throws AfterimageError as `LibraryWorkerApi.importLibrary` does */
  importFrom(file: Blob): Promise<LibraryImport>;
  /** As the library worker says. @throws AfterimageError */
  failures: LibraryClient['failures'];
  /** @throws AfterimageError `picture-unavailable` */
  original(itemId: string): Promise<File | undefined>;
  /** @throws AfterimageError */
  thumbnail(itemId: string): Promise<Blob | undefined>;
  /** As the library worker says. @throws AfterimageError */
  embed: LibraryClient['embed'];
  /** Ask the browser not to delete the pictures by itself. @returns whether it promised */
  persist(): Promise<boolean>;
}

export interface LibraryOptions {
  readonly client: LibraryClient;
  readonly notices: Notices;
  /** Told when the first pictures are there, and when all are gone. */
  readonly onUsed?: (isUsed: boolean) => void;
  readonly persist?: () => Promise<boolean>;
}

async function askToPersist(): Promise<boolean> {
  const storage: StorageManager | undefined = navigator.storage;
  return (await storage?.persist?.()) ?? false;
}

export function createLibrary(options: LibraryOptions): Library {
  const { client, notices, onUsed = () => {}, persist = askToPersist } = options;
  const { stopMoving, ...view } = createOverview(client, notices);
  const { overview, queue } = view;

  /** Whether it worked; what failed is said in a line. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      notices.dismiss('library');
      return true;
    } catch (cause) {
      notices.say('library', toAfterimageError(cause).message);
      return false;
    }
  }
  const act = async (work: () => Promise<unknown>) => {
    await attempt(work);
    await view.read();
  };
  const disk = createDiskDeletion(client, view.read);
  const askPersist = async () => {
    const isGranted = await persist().catch(() => false);
    await view.read();
    return isGranted;
  };

  /** Something waits or is there: the next visit has to look at it. */
  const holds = () => {
    const [all, { left } = { left: 0 }] = [overview(), queue()];
    return all && all.count + all.albums + left + all.failures + all.folders.length > 0;
  };
  createEffect(() => {
    const used = holds();
    if (used !== undefined) onUsed(used);
  });
  // Once: a browser that asks its visitor would ask at every visit.
  createEffect(
    on(overview, (now, before) => {
      if (before?.count === 0 && now && now.count > 0 && !now.isPersistent) void askPersist();
    }),
  );

  return {
    albums: createAlbums(client, notices),
    ...view,
    async add(additions) {
      let isIn = true;
      const worked = await attempt(async () => {
        for (const addition of additions) isIn = (await client.add(addition)) && isIn;
      });
      await view.read();
      return worked && isIn;
    },
    pause: () => act(() => client.pause()),
    resume: () => act(() => client.resume()),
    cancel: () => act(() => client.cancel()),
    retry: (ids) => act(() => client.retry(ids)),
    dismissFailures: () => act(() => client.dismissFailures()),
    rescan: (folder) => act(() => client.rescan(folder)),
    forgetFolder: (folder, withPictures) => act(() => client.forgetFolder(folder, withPictures)),
    allow: (handle, mode = 'read') =>
      act(async () => {
        if (await (mode === 'read' ? mayRead(handle) : mayWrite(handle))) await client.resume();
      }),
    keepIndex: ({ id, handle }) =>
      act(async () => {
        if (await mayWrite(handle)) await client.keepIndex(id, 'keep');
        else throw new AfterimageError('not-writable', 'The browser does not let this page write to the folder.');
      }),
    leaveIndex: (folder, deleteFile) => act(() => client.keepIndex(folder, deleteFile ? 'delete' : 'leave')),
    async remove(itemIds) {
      const isGone = await attempt(async () => {
        const removal = await client.remove(itemIds);
        const plan = await client.planDeletion({ removal }).catch(() => undefined);
        sayRemoved(notices, itemIds.length, plan, {
          undo: () => void act(() => client.restore(removal)),
          deleteFiles: disk.ask,
        });
      });
      await view.read();
      return isGone;
    },
    countRemoved: () => client.countRemoved(),
    restoreAll: () => act(() => client.restoreAll()),
    changeModel: (model) => act(() => client.changeModel(model)),
    changeoverDo: (command) => act(() => client.changeover(command)),
    withCopies: () => client.withCopies(),
    disk,
    async clear() {
      await client.clear();
      await view.read();
    },
    exportTo: (how) => client.exportLibrary(how).finally(stopMoving),
    async importFrom(file) {
      const result = await client.importLibrary(file).finally(stopMoving);
      await view.read();
      return result;
    },
    failures: (limit) => client.failures(limit),
    original: (itemId) => client.original(itemId),
    thumbnail: (itemId) => client.thumbnail(itemId),
    embed: (file, model) => client.embed(file, model),
    persist: askPersist,
  };
}
