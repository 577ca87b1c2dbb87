import { fitsModel } from '../../../engine/collection/assert-model.ts';
import { LIBRARY } from '../../../engine/collection/types.ts';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { LibraryEvent, LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { createHttpSource } from '../../bytes/http-source.browser.ts';
import { readNewestManifest } from '../../models/model-source.browser.ts';
import type { LibraryModel, LibraryStore } from '../library-store.ts';

type Moving = Pick<LibraryWorkerApi, 'exportLibrary' | 'importLibrary'>;

/** How often the page is told how far it is. */
const TELL_MS = 200;

/** Export and import, as the page asks for them; their code is loaded when it does. */
export function createMoving(baseUrl: string, store: LibraryStore, onEvent: (event: LibraryEvent) => void): Moving {
  return {
    async exportLibrary(options) {
      const { exportLibrary } = await import('./export-library.ts');
      return await exportLibrary(store, options, progressOf('export', onEvent));
    },
    async importLibrary(file) {
      const { importLibrary } = await import('./import-library.ts');
      const isAvailable = (model: LibraryModel) => isOnSite(baseUrl, model);
      return await importLibrary(store, file, { isAvailable, onProgress: progressOf('import', onEvent) });
    },
  };
}

function progressOf(task: 'export' | 'import', onEvent: (event: LibraryEvent) => void) {
  let told = Number.NEGATIVE_INFINITY;
  return (done: number, total: number) => {
    const now = performance.now();
    if (done < total && now - told < TELL_MS) return;
    told = now;
    onEvent({ type: 'moving', task, done, total });
  };
}

/** Whether this site has the model that made vectors: without it they cannot be searched. */
async function isOnSite(baseUrl: string, library: LibraryModel): Promise<boolean> {
  try {
    const manifest = await readNewestManifest(createHttpSource(baseUrl), library.model.id);
    return fitsModel({ name: LIBRARY, ...library }, manifest);
  } catch (error) {
    if (toAfterimageError(error).code === 'model-not-found') return false;
    throw error;
  }
}
