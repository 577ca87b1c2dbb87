import { type Component, createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { LIBRARY } from '../../engine/collection/types.ts';
import type { SiteModel } from '../../protocol/query-worker.ts';
import type { LibraryAccess } from '../../state/library/access.ts';
import { createLibrary, type Library } from '../../state/library/library.ts';
import { createFakeLibrary, type FakeLibrary } from '../../state/library/testing.ts';
import { type AddressBar, createAddressBar } from '../../state/search/address.ts';
import { createNotices, type Notices } from '../../state/shell/notices.ts';
import { type App, AppContext } from '../context.ts';
import { NoticeLines } from '../shell/notices.tsx';

export interface ShownLibrary {
  readonly client: FakeLibrary;
  readonly library: Library;
  readonly notices: Notices;
  readonly address: AddressBar;
  /** How often the library was loaded. */
  readonly loads: () => number;
  readonly persisted: () => number;
  remove(): void;
}

/** Shows a part of the page with a library that is a fake, and the page's notices. */
export function showLibrary(
  part: Component,
  prepare: (client: FakeLibrary) => void = () => {},
  models: readonly SiteModel[] = [],
): ShownLibrary {
  const root = document.createElement('main');
  document.body.append(root);
  const client = createFakeLibrary();
  prepare(client);
  let shown: Omit<ShownLibrary, 'remove'> | undefined;
  const dispose = render(() => {
    const made = makeApp(client, models);
    shown = made.shown;
    return createComponent(AppContext.Provider, {
      value: made.app,
      get children() {
        return [createComponent(part, {}), createComponent(NoticeLines, {})];
      },
    });
  }, root);
  if (!shown) throw new Error('Nothing was shown.');
  return {
    ...shown,
    remove() {
      dispose();
      root.remove();
    },
  };
}

/** The open collection. */
const DEMO = { manifest: { name: 'demo' } };

function makeApp(client: FakeLibrary, models: readonly SiteModel[]) {
  const notices = createNotices();
  const address = createAddressBar();
  const [isUsed, setUsed] = createSignal(false);
  const [loaded, setLoaded] = createSignal<Library>();
  let loads = 0;
  let asked = 0;
  const persist = async () => {
    asked++;
    return true;
  };
  const library = createLibrary({ client, notices, persist, onUsed: setUsed });
  const access: LibraryAccess = {
    library: loaded,
    isUsed,
    async load() {
      loads++;
      setLoaded(library);
      return library;
    },
  };
  const session = {
    ...{
      ready: () => true,
      collection: () => DEMO,
      collections: () => [],
      collectionError: () => undefined,
      modelError: () => undefined,
    },
  };
  const siteModels = { list: () => models, error: () => undefined, download: () => undefined, read: async () => {} };
  const savedSearches: App['savedSearches'] = async (album) =>
    album.search && { count: 3, isOpenEnded: false, cover: { collection: LIBRARY, id: 'found' } };
  const app = { library: access, savedSearches, notices, address, session, siteModels } as unknown as App;
  return { app, shown: { client, library, notices, address, loads: () => loads, persisted: () => asked } };
}
