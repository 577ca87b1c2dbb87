import { createSignal } from 'solid-js';
import { ALL, collectionOf, type Item, LIBRARY, type PictureSource } from '../../engine/collection/types.ts';
import type { AlbumPicture } from '../../protocol/albums.ts';
import { albumShown, pictureOf } from '../../state/albums/open-album.ts';
import type { Judgement } from '../../state/log/ratings.ts';
import { likedQuery } from '../../state/search/like.ts';
import { formatCount, formatPictures } from '../common/format.ts';
import type { App } from '../context.ts';
import { copyPicture } from '../detail/file/actions.ts';
import { type Saved, saveCopies } from './save-copies.ts';
import { share } from './share.ts';

export type Actions = ReturnType<typeof createActions>;

/** What can be done with all pictures that are selected. What fails is in `problem`. */
export function createActions(app: App) {
  const { selection, session } = app;
  const [problem, setProblem] = createSignal('');
  const [progress, setProgress] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  const open = () => session.collection()?.manifest.name;

  const run = async (what: string, act: (source: PictureSource, items: readonly Item[]) => Promise<void>) => {
    const source = app.pictureSource();
    if (!source) return;
    setBusy(true);
    setProblem('');
    await act(source, selection.items()).catch((cause: unknown) => setProblem(`${what}: ${reasonOf(cause)}`));
    setProgress('');
    setBusy(false);
  };
  const albumPictures = (): readonly AlbumPicture[] => {
    const name = open();
    return name === undefined ? [] : selection.items().map((item) => pictureOf(item, name));
  };

  return {
    problem,
    progress,
    isBusy,
    albumPictures,
    /** Only what the visitor added can be deleted, and not what a site shows. */
    isOwn() {
      if (open() !== ALL) return open() === LIBRARY;
      return selection.count() > 0 && selection.items().every((item) => collectionOf(item) === LIBRARY);
    },
    /** The album of pictures that is shown. */
    album() {
      const album = albumShown(app.search.query(), app.library.library()?.albums.list());
      return album?.search ? undefined : album;
    },
    async takeOut() {
      const album = this.album();
      const library = app.library.library();
      if (album && library && (await library.albums.takeOut(album, albumPictures()))) selection.stop();
    },
    delete: () =>
      run('Nothing was deleted', async (_, items) => {
        const library = await app.library.load();
        if (await library.remove(items.map(({ id }) => id))) selection.stop();
      }),
    save: () =>
      run('Not all were saved', async (source, items) => {
        const tell = (done: number) => setProgress(`Saving ${formatCount(done)} of ${formatCount(items.length)}`);
        const saved = await saveCopies(source, items, tell);
        if (saved) app.notices.say('copied', sentence(saved));
      }),
    copy: () =>
      run('The picture was not copied', async (source, [item]) => {
        if (!item) return;
        await copyPicture(source, item);
        app.notices.say('copied', 'The picture was copied.');
      }),
    share: () => run('Nothing was shared', share),
    judge: (judgement: Judgement) =>
      run('Nothing was judged', async (_, items) => {
        app.commit();
        const ids = items.map(({ id }) => id);
        if (!(await app.ratings.judgeAll(ids, judgement))) throw new Error(app.ratings.error());
        app.notices.say('judged', `${formatPictures(ids.length)} judged: ${judgement === 'up' ? 'good' : 'bad'}.`);
      }),
    like() {
      app.address.go({ query: likedQuery({ terms: [], filters: [] }, selection.items(), []) });
      app.commit();
    },
  };
}

function sentence({ saved, smaller, missing }: Saved): string {
  const of = smaller > 0 ? ` Of ${formatCount(smaller)} only a smaller picture is at hand.` : '';
  const not = missing > 0 ? ` ${formatPictures(missing)} could not be read.` : '';
  return `${formatPictures(saved)} saved.${of}${not}`;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === 'NotAllowedError') return 'the browser does not allow it.';
  return cause instanceof Error ? cause.message : String(cause);
}
