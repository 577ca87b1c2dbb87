import type { Addition } from '../../../protocol/library-worker.ts';
import type { App } from '../../context.ts';

type Gathering = typeof import('../../../state/library/gather.ts');

/** Adds what is gathered to the visitor's own pictures, and says so; the first time it shows where they are. */
export type AddFiles = (gather: (code: Gathering) => Promise<Addition[]>) => Promise<void>;

export function createAddFiles({ library: access, address, notices }: App): AddFiles {
  const sayAdded = () => {
    notices.say('library-added', 'Adding to your pictures.', {
      label: 'Show',
      run() {
        notices.dismiss('library-added');
        address.go({ view: 'library', item: null });
      },
    });
  };
  return async (gather) => {
    try {
      const [code, library] = await Promise.all([import('../../../state/library/gather.ts'), access.load()]);
      const additions = await gather(code);
      const isFirst = !access.isUsed();
      if (additions.length === 0 || !(await library.add(additions))) return;
      if (isFirst) address.go({ view: 'library', item: null });
      else sayAdded();
    } catch (error) {
      notices.say('library', `The pictures could not be added. ${error instanceof Error ? error.message : ''}`);
    }
  };
}
