import { type Accessor, createEffect, createMemo, createRoot, createSignal, on, untrack } from 'solid-js';
import { render } from 'solid-js/web';
import { createQueryClient, type QueryClient } from './client/query-client.ts';
import { createStaticPictures } from './engine/collection/source/static-source.ts';
import { ALL, LIBRARY, type StaticPictures } from './engine/collection/types.ts';
import { toAfterimageError } from './engine/errors.ts';
import { serialise } from './engine/query/serialise.ts';
import { isolate } from './service-worker/register.ts';
import { missingCapabilities } from './site/capabilities.ts';
import { scoped } from './site/scope.ts';
import { savedThumbs } from './state/albums/open-album.ts';
import { createSavedSearches } from './state/albums/saved-searches.ts';
import { createByDate } from './state/collection/by-date.ts';
import { createItems, whyMissing } from './state/collection/items.ts';
import { createLibraryPictures } from './state/collection/library-pictures.ts';
import { createLoadGate } from './state/collection/load-gate.ts';
import { createOpened } from './state/collection/opened.ts';
import { createOtherModels } from './state/collection/other-models.ts';
import { createPictures } from './state/collection/pictures.ts';
import { createSelection } from './state/collection/selection.ts';
import { createSession, type Offered, type Session } from './state/collection/session.ts';
import { createSiteModels } from './state/collection/site-models.ts';
import { picturesOf } from './state/collection/together.ts';
import { createLibraryAccess, createUsedMark, type LibraryAccess } from './state/library/access.ts';
import { createLog } from './state/log/log.ts';
import { createLogNotice } from './state/log/log-notice.ts';
import { createRatings } from './state/log/ratings.ts';
import { createOffline, type Offline } from './state/offline/offline.ts';
import { type Address, createAddressBar } from './state/search/address.ts';
import { createAskedAccess } from './state/search/asked-access.ts';
import { createCommits } from './state/search/commit.ts';
import { collectionOf, createContextOf, createValues, wantsNames } from './state/search/context.ts';
import { createFollowing } from './state/search/following.ts';
import { createQueryNotice } from './state/search/query-notice.ts';
import { createRefining } from './state/search/refining.ts';
import { createRerankChoice } from './state/search/rerank-choice.ts';
import { createReranking } from './state/search/reranking.ts';
import { createSearch, type Search } from './state/search/search.ts';
import { createThumbOrder, thumbsOn } from './state/search/thumb-order.ts';
import { FAST_LINE, lineSpeed, SLOW_LINE, savesData, untilPicturesShown } from './state/shell/line.ts';
import { createNotices, type Notices } from './state/shell/notices.ts';
import { createFocusWithin } from './state/shell/within.ts';
import { AppView } from './ui/app.tsx';
import { type App, AppContext } from './ui/context.ts';

/** Everything the page is made of, once. */
function createApp(baseUrl: string): App {
  const address = createAddressBar();
  const { device, index, threads } = address.current();
  const gate = createLoadGate({
    saveData: savesData(),
    isFast: lineSpeed() > FAST_LINE,
    untilShown: untilPicturesShown,
  });
  const { mayLoad } = gate;
  const client = createQueryClient({ baseUrl, device, index, mayLoad, ...(threads === null ? {} : { threads }) });
  const notices = createNotices();
  const library = createOwnPictures(baseUrl, address.current(), notices);
  const wanted = (offered: Offered) => collectionOf(address.current(), offered);
  const session = createSession(client, wanted, notices, library.isUsed);
  const loading = gate.attach(client, session.collection);
  const items = createItems(client, session.collection, (error) =>
    error ? notices.say('items', whyMissing(error)) : notices.dismiss('items'),
  );
  const search = createSearch(
    client,
    () => address.current().query,
    session.collection,
    items,
    (before, after) => log.continueAs(before, after),
    (query) => contextOf(query),
    (answer) => reranking.arrange(answer),
  );
  const names = createMemo(() => wantsNames(address.current(), session.collection()?.manifest.name));
  createEffect(on(names, search.retry, { defer: true }));
  const refining = createRefining(
    search,
    () => (session.index()?.onDemand ? undefined : (session.progress.vectors ?? { loaded: 0, total: 0 })),
    () => address.current().item !== null,
  );
  createEffect(on(session.live.changed, items.forget, { defer: true }));
  const otherModels = createOtherModels(client, session, search, () => address.current().item !== null);
  createFollowing(search, session.live.changed, () => address.current().item !== null);
  const albumsChanged = createAlbumsChanged(client, search);
  createFollowing(search, albumsChanged, () => address.current().item !== null);
  // What failed for want of the model is asked again once it is there.
  createEffect(on(session.ready, (ready) => ready && search.error() && search.retry(), { defer: true }));
  const allPictures = createMemo(() => {
    const collection = session.collection();
    return collection && { collection, rows: session.live.state()?.order };
  });
  const byDate = createByDate(client, () => address.current().sort, allPictures, search.response);
  const pictures = createPictures(address, session, search, byDate);
  const staticPictures = createMemo(() => {
    const name = session.collection()?.manifest.name;
    return name === undefined || name === LIBRARY || name === ALL ? undefined : createStaticPictures(baseUrl, name);
  });
  const libraryPictures = createLibraryPictures(client, async (id) => (await library.load()).original(id));
  const pictureSource = createMemo(() => {
    const name = session.collection()?.manifest.name;
    const ofSite = (one: string) => createStaticPictures(baseUrl, one);
    return name === undefined ? undefined : picturesOf(name, ofSite, libraryPictures);
  });
  const siteModels = createSiteModels(client);
  const atPictures = createFocusWithin('.grid');
  const reranking = createReranking({
    ...{ client, search, items },
    ready: session.ready,
    onGpu: () => session.encoder()?.device === 'webgpu',
    modelsChanged: siteModels.list,
    choice: createRerankChoice(),
    pictures: pictureSource,
    held: () => address.current().item !== null || atPictures(),
    load: async () => {
      const { createRerankClient } = await import('./client/rerank-client.ts');
      return createRerankClient({ baseUrl, device, ...(threads === null ? {} : { threads }) });
    },
  });
  const askedPictures = createAskedAccess(async () => {
    const [{ createAskedPictures }, { embed }] = await Promise.all([
      import('./state/search/asked-pictures.ts'),
      library.load(),
    ]);
    return createAskedPictures(embed, session.collection);
  });
  const asked = createMemo(() => `${session.name() ?? ''} ${serialise(search.query())}`);
  const places = () => [search.response(), session.live.changed(), address.current().sort];
  const selection = createSelection(pictures, items, asked, places);
  const opened = createOpened(client, address, session, search, pictures, items);
  const offline = createOffline(baseUrl);
  const mayHaveAlbums = () => library.isUsed() || library.library() !== undefined;
  const log = createLog({
    name: scoped('afterimage', baseUrl),
    items: (rows) => client.items([...rows]),
    savedThumbs: async (asked) => (mayHaveAlbums() ? await client.savedThumbs(asked) : []),
  });
  const contextOf = createContextOf(names, log, askedPictures, (query) => thumbsOn(query, search, ratings));
  createLogNotice(log, notices);
  createQueryNotice(address, notices);
  const ratings = createRatings(log, search.response, ({ query, collection, judgements }) => {
    if (!mayHaveAlbums()) return;
    const thumbs = savedThumbs(new Map(Object.entries(judgements)));
    client.keepThumbs({ query, collection }, thumbs).catch((error: unknown) => {
      notices.say('album', toAfterimageError(error).message);
    });
  });
  createThumbOrder(search, ratings, notices, () => address.current().item !== null);
  const composing = createSignal(false);
  const { commit } = createCommits(search, address, log, composing[0]);

  for (const missing of missingCapabilities()) notices.say(missing.id, missing.text);
  keepOffline(offline, session, staticPictures, (rows) => client.items(rows));
  createEffect(() => {
    const refused = offline.refused();
    if (refused) notices.say('service-worker', refused);
  });
  createEffect(() => {
    if (!offline.updateReady()) return;
    const run = () => {
      commit();
      // It can be asked for again: a newer one may have come meanwhile.
      notices.say('update', 'The new version of Afterimage is being started. This may take half a minute.', reload);
      void offline.applyUpdate();
    };
    const reload = { label: 'Reload', run };
    notices.say('update', 'A new version of Afterimage is ready.', reload);
  });
  return {
    baseUrl,
    address,
    notices,
    session,
    loading,
    search,
    refining,
    reranking,
    otherModels,
    siteModels,
    items,
    async itemOf(id) {
      const row = await client.rowOf(id);
      return row < 0 ? undefined : items.get(row);
    },
    pictures,
    byDate,
    allPictures,
    copies: client,
    pictureSource,
    opened,
    asked: askedPictures,
    names,
    values: createValues(client, session),
    library,
    savedSearches: createSavedSearches(client, session, contextOf),
    selection,
    offline,
    log,
    ratings,
    judging: createSignal(false),
    composing,
    commit,
  };
}

/** Another value whenever albums change while an answer depends on one. */
function createAlbumsChanged(client: QueryClient, search: Search): Accessor<number> {
  const [changes, setChanges] = createSignal(0);
  client.subscribe(({ type }) => {
    const usesAlbum = untrack(search.query).filters.some(({ field }) => field === 'album');
    if (type === 'albums' && usesAlbum) setChanges((count) => count + 1);
  });
  return changes;
}

/** The visitor's own pictures: code and worker are loaded when they are used. */
function createOwnPictures(baseUrl: string, { device, threads }: Address, notices: Notices): LibraryAccess {
  const mark = createUsedMark(scoped('afterimage-library', baseUrl));
  return createLibraryAccess(mark, async (onUsed) => {
    const [{ createLibraryClient }, { createLibrary }] = await Promise.all([
      import('./client/library-client.ts'),
      import('./state/library/library.ts'),
    ]);
    return () => {
      const client = createLibraryClient({ baseUrl, device, ...(threads === null ? {} : { threads }) });
      return createLibrary({ client, notices, onUsed });
    };
  });
}

/**
 * Once queries are answered, so that it does not compete with them for the network. The visitor's own pictures are here
 * anyway.
 */
function keepOffline(
  offline: Offline,
  session: Session,
  staticPictures: Accessor<StaticPictures | undefined>,
  items: Parameters<Offline['keepPictures']>[2],
): void {
  createEffect(
    on([session.collection, session.ready], ([collection, ready]) => {
      const pictures = untrack(staticPictures);
      if (!collection || !ready) return offline.stopPictures();
      void offline.keepApp();
      if (pictures) void offline.keepPictures(collection.manifest, pictures, items);
      else offline.stopPictures();
    }),
  );
}

/** A turn of the event loop: what follows is a task of its own, and the browser answers to what happens in between. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel(); // a timer would wait for a second in a tab in the background
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element #app.');
const baseUrl = new URL(import.meta.env.BASE_URL, location.origin + location.pathname).href;
await isolate(baseUrl, lineSpeed() < SLOW_LINE);
await nextTask();
const app = createRoot(() => createApp(baseUrl));
// A link to a search is a completed search.
app.commit();
await nextTask();
root.replaceChildren();
render(
  () => (
    <AppContext.Provider value={app}>
      <AppView />
    </AppContext.Provider>
  ),
  root,
);
