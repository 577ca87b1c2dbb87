import { type Accessor, batch, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { LibraryClient, LibraryClientEvent } from '../../client/library-client.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { PictureWithCopies } from '../../protocol/library-files.ts';
import type {
  Addition,
  Changeover,
  LibraryEvent,
  LibraryExportOptions,
  LibraryFolder,
  LibraryImport,
  LibraryOverview,
  Queue,
} from '../../protocol/library-worker.ts';
import { type Albums, createAlbums } from '../albums/albums.ts';
import type { Notices } from '../shell/notices.ts';
import { createDiskDeletion, type DiskDeletion } from './disk-deletion.ts';
import { mayRead, mayWrite } from './permission.ts';
import { sayRemoved } from './say-removed.ts';

/** The overview is read again at most this often: it counts what is in each folder. */
const READ_MS = 1_000;

type Moving = Extract<LibraryEvent, { type: 'moving' }>;
type LoadStage = Extract<LibraryEvent, { type: 'progress' }>['stage'];

export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** The visitor's own pictures, as they are kept in this browser. What fails is said as a notice, unless it says otherwise. */
export interface Library {
  readonly albums: Albums;
  /** Undefined until it was read. */
  readonly overview: Accessor<LibraryOverview | undefined>;
  /** Newer than the overview's. */
  readonly queue: Accessor<Queue | undefined>;
  /** Newer than the overview's; null while nothing is being changed. */
  readonly changeover: Accessor<Changeover | null | undefined>;
  /** Why the library cannot be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** What is loaded before the first picture can be embedded. */
  readonly progress: Partial<Record<LoadStage, LoadProgress>>;
  /** How far an export or an import is; undefined while there is none. */
  readonly moving: Accessor<Moving | undefined>;
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
  /** Read the overview again, after an error too. */
  read(): Promise<void>;
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
  const view = createOverview(client, notices);
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
    overview,
    queue,
    changeover: view.changeover,
    error: view.error,
    progress: view.progress,
    async add(additions) {
      const isIn = await attempt(async () => {
        for (const addition of additions) await client.add(addition);
      });
      await view.read();
      return isIn;
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
    changeModel: (model) => act(() => client.changeModel(model)),
    changeoverDo: (command) => act(() => client.changeover(command)),
    withCopies: () => client.withCopies(),
    disk,
    async clear() {
      await client.clear();
      await view.read();
    },
    moving: view.moving,
    exportTo: (how) => client.exportLibrary(how).finally(view.stopMoving),
    async importFrom(file) {
      const result = await client.importLibrary(file).finally(view.stopMoving);
      await view.read();
      return result;
    },
    failures: (limit) => client.failures(limit),
    original: (itemId) => client.original(itemId),
    thumbnail: (itemId) => client.thumbnail(itemId),
    embed: (file, model) => client.embed(file, model),
    persist: askPersist,
    read: view.read,
  };
}

/** What is in the library and how far the queue is, kept up to date. */
function createOverview(client: LibraryClient, notices: Notices) {
  const [overview, setOverview] = createSignal<LibraryOverview>();
  const [queue, setQueue] = createSignal<Queue>();
  const [changeover, setChangeover] = createSignal<Changeover | null>();
  const [error, setError] = createSignal<AfterimageError>();
  const [moving, setMoving] = createSignal<Moving>();
  const [progress, setProgress] = createStore<Partial<Record<LoadStage, LoadProgress>>>({});
  /** Counts queue events: one that comes while the overview is read is newer than that. */
  let heard = 0;
  const saidRepairs = new Set<string>();

  async function read(): Promise<void> {
    const before = heard;
    try {
      const answer = await client.overview();
      batch(() => {
        setOverview(answer);
        if (heard === before) setQueue(answer.queue);
        setChangeover(answer.changeover);
        setError(undefined);
      });
      sayRepairs(answer.repairs);
    } catch (cause) {
      setError(toAfterimageError(cause));
    }
  }
  const sayRepairs = (repairs: readonly string[]) => {
    const news = repairs.filter((repair) => !saidRepairs.has(repair));
    for (const repair of news) saidRepairs.add(repair);
    if (news.length > 0) notices.say('library-repairs', news.join(' '));
  };
  const { request, stop } = createThrottle(read);
  const hear = (event: LibraryClientEvent) => {
    if (event.type === 'queue') {
      heard++;
      setQueue(event.queue);
      request();
    } else if (event.type === 'changeover') {
      setChangeover(event.changeover);
      if (event.changeover === null) request();
    } else if (event.type === 'changed' || event.type === 'albums') request();
    else if (event.type === 'moving') setMoving(event);
    else if (event.type === 'progress') setProgress(event.stage, { loaded: event.loaded, total: event.total });
    else if (event.type === 'restarted') {
      setProgress(reconcile({}));
      notices.say('library-restarted', event.reason);
    } else if (event.type === 'failed') setError(toAfterimageError(failure(event)));
  };
  onCleanup(client.subscribe(hear));
  onCleanup(stop);
  void read();
  return { overview, queue, changeover, error, progress, read, moving, stopMoving: () => void setMoving(undefined) };
}

function failure({ code, message }: Extract<LibraryClientEvent, { type: 'failed' }>): AfterimageError {
  return new AfterimageError(code as AfterimageError['code'], message);
}

/** Runs `work` soon after it is asked for: not twice at once, and with a pause after each time. */
function createThrottle(work: () => Promise<void>): { request(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isWanted = false;
  const run = async () => {
    timer = undefined;
    if (!isWanted) {
      isBusy = false;
      return;
    }
    isWanted = false;
    await work();
    timer = setTimeout(run, READ_MS);
  };
  return {
    request() {
      isWanted = true;
      if (isBusy) return;
      isBusy = true;
      void run();
    },
    stop: () => clearTimeout(timer),
  };
}
