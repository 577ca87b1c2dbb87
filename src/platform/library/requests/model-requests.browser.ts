import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'changeover' | 'opened' | 'queue'>;

/** What the page asks about the model that looks at the library's pictures. */
export function createModelRequests({
  store,
  changeover,
  opened,
  queue,
}: Parts): Pick<LibraryWorkerApi, 'changeModel' | 'changeover'> {
  return {
    async changeModel(model) {
      await opened();
      if ((await store.count()) > 0) await changeover.begin(model);
      // Nothing has to be embedded again.
      else await store.setModel(model);
      queue.changed();
    },
    async changeover(command) {
      await opened();
      if (command === 'resume') changeover.resume();
      else await changeover[command]();
      queue.changed();
    },
  };
}
