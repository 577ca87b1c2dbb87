import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { LibraryClient } from '../../client/library-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { AlbumContent, AlbumPicture, AlbumSummary, AlbumVerbs } from '../../protocol/albums.ts';
import type { Notices } from '../shell/notices.ts';

/** The albums of the visitor, as they are kept in this browser. */
export interface Albums {
  /** By name; undefined until they were read. */
  readonly list: Accessor<readonly AlbumSummary[] | undefined>;
  /** Why they cannot be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** Read them, and again whenever they change. Never rejects: see `error`. */
  read(): Promise<void>;
  /** @throws AfterimageError `album-invalid` and what databases throw, as the two below */
  create(name: string, content: AlbumContent): Promise<void>;
  add(album: Pick<AlbumSummary, 'id'>, pictures: readonly AlbumPicture[]): Promise<void>;
  rename(album: Pick<AlbumSummary, 'id'>, name: string): Promise<void>;
  /** A notice says so, and takes it back. @returns whether it worked: what failed is a notice, too */
  takeOut(album: Pick<AlbumSummary, 'id' | 'name'>, pictures: readonly AlbumPicture[]): Promise<boolean>;
  delete(album: Pick<AlbumSummary, 'id' | 'name'>): Promise<boolean>;
}

/** Counts change with every batch of pictures that is added. */
const READ_AGAIN_MS = 500;
const NOTICE = 'album';

export function createAlbums(client: AlbumVerbs & Pick<LibraryClient, 'subscribe'>, notices: Notices): Albums {
  const [list, setList] = createSignal<readonly AlbumSummary[]>();
  const [error, setError] = createSignal<AfterimageError>();
  let isWanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    isWanted = true;
    try {
      setList(await client.albums());
      setError(undefined);
    } catch (cause) {
      setError(toAfterimageError(cause));
    }
  }
  const readAgain = () => {
    timer = undefined;
    void read();
  };
  const stop = client.subscribe(({ type }) => {
    if (isWanted && (type === 'albums' || type === 'changed')) timer ??= setTimeout(readAgain, READ_AGAIN_MS);
  });
  onCleanup(() => {
    stop();
    clearTimeout(timer);
  });

  /** What was done is shown at once. */
  async function write(work: Promise<unknown>): Promise<void> {
    await work;
    if (isWanted) await read();
  }
  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (cause) {
      notices.say(NOTICE, toAfterimageError(cause).message);
      return false;
    }
  }
  const sayUndo = (text: string, undo: () => Promise<unknown>) => {
    const run = () => {
      notices.dismiss(NOTICE);
      void attempt(() => write(undo()));
    };
    notices.say(NOTICE, text, { label: 'Undo', run });
  };

  return {
    list,
    error,
    read,
    create: (name, content) => write(client.createAlbum(name, content)),
    add: ({ id }, pictures) => write(client.changeAlbum(id, { add: pictures })),
    rename: ({ id }, name) => write(client.changeAlbum(id, { name })),
    takeOut: ({ id, name }, pictures) =>
      attempt(async () => {
        await write(client.changeAlbum(id, { remove: pictures }));
        const what = pictures.length === 1 ? 'The picture is' : `${pictures.length} pictures are`;
        sayUndo(`${what} not in “${name}” any more.`, () => client.changeAlbum(id, { add: pictures }));
      }),
    delete: ({ id, name }) =>
      attempt(async () => {
        const album = await client.deleteAlbum(id);
        await write(Promise.resolve());
        if (album)
          sayUndo(`The album “${name}” was deleted. Its pictures are still there.`, () => client.restoreAlbum(album));
      }),
  };
}
