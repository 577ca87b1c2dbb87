import { render } from 'solid-js/web';
import { createQueryClient } from './client/query-client.ts';
import { createAddressBar } from './state/address.ts';
import { missingCapabilities } from './state/capabilities.ts';
import { createCommits } from './state/commit.ts';
import { createItems } from './state/items.ts';
import { createNotices } from './state/notices.ts';
import { createOpened } from './state/opened.ts';
import { createPictures } from './state/pictures.ts';
import { createSearch } from './state/search.ts';
import { createSession } from './state/session.ts';
import { AppView } from './ui/app.tsx';
import { type App, AppContext } from './ui/context.ts';

/** Everything the page is made of, once. */
function createApp(): App {
  const baseUrl = new URL(import.meta.env.BASE_URL, location.href.replace(/[?#].*$/, '')).href;
  const address = createAddressBar();
  const { device, index } = address.current();
  const client = createQueryClient({ baseUrl, device, index });
  const notices = createNotices();
  const session = createSession(client, () => address.current().collection, notices);
  const search = createSearch(client, () => address.current().query, session.collection);
  const items = createItems(client, session.collection);
  const pictures = createPictures(session, search);
  const opened = createOpened(client, address, session, pictures, items);
  const { commit } = createCommits(search, () => {});
  for (const missing of missingCapabilities()) notices.say(missing.id, missing.text);
  return { baseUrl, address, notices, session, search, items, pictures, opened, commit };
}

function Root() {
  const app = createApp();
  // A link to a search is a completed search.
  app.commit();
  return (
    <AppContext.Provider value={app}>
      <AppView />
    </AppContext.Provider>
  );
}

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element #app.');
root.replaceChildren();
render(() => <Root />, root);
