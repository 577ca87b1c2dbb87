import { scoped } from '../../site/scope.ts';
import { createAlbumStore } from './albums/store-albums.browser.ts';
import { type ChangeChannel, createChangeChannel } from './database/change-channel.ts';
import { type Connection, createLibraryConnection } from './database/connection.browser.ts';
import type { FilesInReading, LibraryModel, LibraryStore } from './library-store.ts';
import { createRenditions, type Renditions } from './renditions/renditions.browser.ts';
import { createChanging } from './verbs/change-pictures.browser.ts';
import { createChangeover } from './verbs/changeover.browser.ts';
import { check } from './verbs/check.browser.ts';
import { createFolders } from './verbs/folders.browser.ts';
import { createPutting } from './verbs/put-pictures.browser.ts';
import { createQueue } from './verbs/queue.browser.ts';
import { createReading } from './verbs/read-pictures.browser.ts';
import { createTakingPlaces } from './verbs/take-places.browser.ts';

/** The name of the library of the site at `baseUrl`: of its database, its files and its channel. */
export const libraryName = (baseUrl: string) => scoped('afterimage-library', baseUrl);

export interface LibraryStoreOptions {
  /** As `libraryName` makes it. */
  readonly name: string;
  /** How long another tab may take to let an older version go. */
  readonly patienceMs?: number | undefined;
}

/** The library of this name, in a window or a worker. Nothing is opened before the first verb. */
export function createLibraryStore({ name, patienceMs }: LibraryStoreOptions): LibraryStore {
  const connection = createLibraryConnection(name, patienceMs);
  const channel = createChangeChannel(name);
  const renditions = createRenditions(name, connection);
  return {
    ...createSettings(connection),
    ...createReading(connection),
    ...createPutting(connection, channel, renditions),
    ...createChanging(connection, channel, renditions),
    ...createTakingPlaces(connection, channel),
    ...createFolders(connection),
    ...createQueue(connection),
    ...createAlbumStore(connection, channel),
    ...createChangeover(connection, channel),
    rendition: renditions.read,
    check: () => check(connection, channel, renditions),
    clear: () => clear(connection, channel, renditions),
    subscribe: channel.subscribe,
    close() {
      channel.close();
      connection.close();
    },
  };
}

type Settings = Pick<LibraryStore, 'model' | 'setModel' | 'inReading' | 'setInReading'>;

function createSettings({ run, write }: Connection): Settings {
  return {
    model: () => run((database) => database.get('settings', 'model')) as Promise<LibraryModel | undefined>,
    async setModel(model) {
      await write(['settings'], (transaction) => transaction.objectStore('settings').put(model, 'model'));
    },
    inReading: () => run((database) => database.get('settings', 'reading')) as Promise<FilesInReading | undefined>,
    async setInReading(files) {
      await write(['settings'], async (transaction) => {
        const settings = transaction.objectStore('settings');
        if (files) await settings.put(files, 'reading');
        else await settings.delete('reading');
      });
    },
  };
}

const STORES = [
  'pictures',
  'handles',
  'renditions',
  'folders',
  'queue',
  'deleted',
  'settings',
  'nextVectors',
  'albums',
] as const;

async function clear(connection: Connection, channel: ChangeChannel, renditions: Renditions): Promise<void> {
  await connection.write(STORES, async (transaction) => {
    await Promise.all(STORES.map((store) => transaction.objectStore(store).clear()));
  });
  channel.tell({ type: 'cleared' });
  await renditions.whileTidying(renditions.tidy);
}
