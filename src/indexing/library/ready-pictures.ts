import type { Keeper } from './keep-files.ts';
import type { FileFacts, PictureToStore, QueuePorts, WaitingFile } from './ports.ts';

/** A picture whose vector is known already: all that is to be stored but its files. */
export interface ReadyPicture extends Omit<PictureToStore<unknown>, 'files'> {
  /** It was in the index beside the pictures; else only its small copies were made again. */
  readonly isIndexed: boolean;
}

interface Pending<F> {
  readonly picture: ReadyPicture;
  readonly files: WaitingFile<F>[];
}

/** Pictures that are stored without being embedded. */
export interface ReadyPictures<F> {
  add(file: WaitingFile<F>, picture: ReadyPicture): Promise<void>;
  /** @returns whether a picture of this content waits here, which has this file, too, now */
  addCopy(file: WaitingFile<F>, sha256: string): boolean;
  /** Store what has not been stored yet. */
  flush(): Promise<void>;
}

/** Pictures that are written together. */
const TOGETHER = 64;

/** @param settled when nothing else is being stored */
export function createReadyPictures<F extends FileFacts>(
  { store, onProgress }: Pick<QueuePorts<F>, 'store' | 'onProgress'>,
  keeper: Keeper<F>,
  settled: () => Promise<void>,
): ReadyPictures<F> {
  let waiting = new Map<string, Pending<F>>();

  const addCopy = (file: WaitingFile<F>, sha256: string) => {
    const same = waiting.get(sha256);
    same?.files.push(file);
    return same !== undefined;
  };
  const flush = async () => {
    const now = [...waiting.values()];
    waiting = new Map();
    if (now.length === 0) return;
    await settled();
    const files = now.flatMap((one) => one.files);
    await keeper.prepare(files);
    const pictures = now.map(({ picture: { isIndexed: _, ...picture }, files: all }) => ({
      ...picture,
      files: all.map(({ file }) => file),
    }));
    const stored = await store.put(
      pictures,
      files.map(({ id }) => id),
    );
    for (const [i, { key }] of stored.entries()) await keeper.replaced(now[i]?.files ?? [], key);
    const last = stored.at(-1);
    const indexed = now.filter(({ picture }) => picture.isIndexed).length;
    onProgress({
      ...{ done: files.length, known: files.length - indexed, failed: 0, indexed },
      newest: last ? { id: last.item.id, name: last.item.name } : null,
    });
  };
  return {
    async add(file, picture) {
      if (addCopy(file, picture.sha256)) return;
      waiting.set(picture.sha256, { picture, files: [file] });
      if (waiting.size >= TOGETHER) await flush();
    },
    addCopy,
    flush,
  };
}
