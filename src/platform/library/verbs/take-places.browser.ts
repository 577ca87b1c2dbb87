import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { PictureRecord, WriteTransaction } from '../database/schema.browser.ts';
import type { LibraryStore } from '../library-store.ts';
import { hide, readFolders, recordOf } from './records.browser.ts';

type Places = Parameters<LibraryStore['takePlaces']>[0];

/** What became of a picture that lost places. */
interface Taken {
  readonly key: number;
  readonly change: 'changed' | 'removed' | 'none';
}

export function createTakingPlaces({ write }: Connection, channel: ChangeChannel): Pick<LibraryStore, 'takePlaces'> {
  return {
    async takePlaces(places) {
      const pictures = [...new Set(places.map(({ key }) => key))];
      const taken = await write(['pictures', 'folders', 'queue', 'deleted'], async (transaction) => {
        const lostBy = (key: number) => places.filter((place) => place.key === key);
        const all = pictures.map((key) => takeFrom(transaction, key, lostBy(key)));
        await Promise.all(places.map((place) => forget(transaction, place)));
        return await Promise.all(all);
      });
      const keys = (change: Taken['change']) => taken.filter((one) => one.change === change).map(({ key }) => key);
      channel.tell({ type: 'changed', keys: keys('changed') }, { type: 'removed', keys: keys('removed') });
    },
  };
}

async function takeFrom(transaction: WriteTransaction, key: number, lost: Places): Promise<Taken> {
  const pictures = transaction.objectStore('pictures');
  const [record, folders] = await Promise.all([pictures.get(key), readFolders(transaction)]);
  if (!record) return { key, change: 'none' };
  const isLost = ({ folder, path }: PictureRecord['files'][number]) =>
    lost.some((place) => place.folder === folder && place.path === path);
  const files = record.files.filter((file) => !isLost(file));
  const { hidden, hiddenAt } = record;
  const next = recordOf({ ...record, files, key }, folders);
  if (hidden) await pictures.put(hide(next, hidden, hiddenAt ?? Date.now()));
  else await pictures.put(files.length > 0 ? next : hide(next, 'removed', Date.now()));
  const change = hidden || files.length === record.files.length ? 'none' : files.length > 0 ? 'changed' : 'removed';
  return { key, change };
}

/** Nothing waits there any more, and nothing was deleted that could come back. */
async function forget(transaction: WriteTransaction, { folder, path }: Places[number]): Promise<void> {
  const queue = transaction.objectStore('queue');
  const waiting = await queue.index('place').getAllKeys([folder, path]);
  await Promise.all([
    transaction.objectStore('deleted').delete([folder, path]),
    ...waiting.map((id) => queue.delete(id)),
  ]);
}
