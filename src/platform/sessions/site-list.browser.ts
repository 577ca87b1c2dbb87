import { memoise } from '../../engine/async/cached/memoise.ts';
import { EMPTY_LIST, parseCollectionList } from '../../engine/collection/manifest.ts';
import type { CollectionList } from '../../engine/collection/types.ts';
import type { QueryWorkerApi } from '../../protocol/query-worker.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import type { Connection } from '../encoders/encoders.browser.ts';
import { later } from './later.browser.ts';

const LIST = 'collections/index.json';

/** What the site's list names. What it says of rerankers is what it said of collections last: nothing is asked for twice. */
export function createSiteList(
  connected: () => Pick<Connection, 'source'>,
): Pick<QueryWorkerApi, 'listCollections' | 'rerankers'> {
  const list = memoise(() => readList(connected().source));
  return {
    async listCollections() {
      list.forget();
      return (await list.get()).collections;
    },
    async rerankers(device) {
      const { rerankers = [] } = await list.get();
      if (rerankers.length === 0) return [];
      const { describeRerankers } = await later.rerankers();
      return describeRerankers(connected().source, rerankers, device);
    },
  };
}

/** What the site offers; nothing where it has no list. @throws AfterimageError `collection-invalid`, `offline`, `network` */
export async function readList(source: Pick<HttpSource, 'newest' | 'commit'>): Promise<CollectionList> {
  const newest = await source.newest(LIST);
  if (!newest) return EMPTY_LIST;
  const list = parseCollectionList(newest.text);
  void source.commit([{ path: LIST, text: newest.text, files: [] }]);
  return list;
}
