import type { Plugin } from 'vite';
import { collectLicences, describeLicences, packageFolder } from '../site/licences.ts';
import { LIBHEIF } from './vite-libheif.ts';

/**
 * Notes which packages end up in the bundles and writes their licences into the site: `licences.json` for the About
 * view, `THIRD-PARTY.txt` for people. `page` belongs among `plugins`, `worker` among `worker.plugins`: workers are
 * bundled on their own, before the page is written.
 */
export function licences(): { page: () => Plugin; worker: () => Plugin } {
  const folders = new Set<string>();
  const note = (moduleIds: Iterable<string>) => {
    for (const id of moduleIds) {
      const folder = id === LIBHEIF.module ? LIBHEIF.folder : packageFolder(id);
      if (folder) folders.add(folder);
    }
  };
  const noteBundle: NonNullable<Plugin['generateBundle']> = (_options, bundle) => {
    for (const output of Object.values(bundle)) if (output.type === 'chunk') note(output.moduleIds);
  };
  return {
    worker: () => ({ name: 'afterimage:licences-worker', generateBundle: noteBundle }),
    page: () => ({
      name: 'afterimage:licences',
      apply: 'build',
      async generateBundle(options, bundle, isWrite) {
        noteBundle.call(this, options, bundle, isWrite);
        const found = await collectLicences(folders);
        this.emitFile({ type: 'asset', fileName: 'licences.json', source: JSON.stringify(found) });
        this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: describeLicences(found) });
      },
    }),
  };
}
