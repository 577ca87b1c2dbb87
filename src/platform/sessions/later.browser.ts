import { memoise } from '../../engine/async/cached/memoise.ts';
import type { Source } from '../../engine/collection/source/source.ts';
import type { QueryWorkerApi } from '../../protocol/query-worker.ts';
import { loadCode } from '../bytes/load-code.browser.ts';
import type { Connection } from '../encoders/encoders.browser.ts';

/**
 * Code that pictures on the screen can do without: it is loaded when it is needed, so that over a slow line they come sooner.
 * What the first answer needs begins to load with the model. @throws AfterimageError `offline`, `network`
 */
export const later = {
  search: () => loadCode(() => import('../indexes/compose-search.ts')),
  library: () => loadCode(() => import('./opened/open-library.browser.ts')),
  together: () => loadCode(() => import('./opened/open-together.browser.ts')),
  models: () => loadCode(() => import('../../engine/merged/models-engine.ts')),
  albums: () => loadCode(() => import('../library/albums/album-sources.ts')),
  siteModels: () => loadCode(() => import('./site-models.browser.ts')),
  allPictures: () => loadCode(() => import('./all-pictures.ts')),
};

type Later = Pick<
  QueryWorkerApi,
  'siteModels' | 'keepModel' | 'stopKeeping' | 'removeModel' | 'copies' | 'stopCopies' | 'timeline'
>;

/** What is asked of the query worker once in a while. @param current the open collection */
export function createLater(connected: () => Connection, current: () => Source): Later {
  const siteModels = memoise(async () => (await later.siteModels()).createSiteModels(connected));
  const allPictures = memoise(async () => {
    const beat = () => connected().emit({ type: 'heartbeat' });
    return (await later.allPictures()).createAllPictures(current, beat);
  });
  return {
    siteModels: async (device) => (await siteModels.get()).siteModels(device),
    keepModel: async (id, device) => (await siteModels.get()).keepModel(id, device),
    stopKeeping: async () => (await siteModels.peek())?.stopKeeping(),
    removeModel: async (id) => (await siteModels.get()).removeModel(id),
    copies: async (request, onProgress) => (await allPictures.get()).copies(request, onProgress),
    stopCopies: async () => (await allPictures.peek())?.stopCopies(),
    timeline: async (first, rows) => (await allPictures.get()).timeline(first, rows),
  };
}
