import type { Plugin } from 'vite';

const EMPTY = '\0afterimage:no-streams';

/** sax offers streams of Node where there are any. A browser has none, and sax then goes without. */
export function saxWithoutStreams(): Plugin {
  return {
    name: 'afterimage:sax',
    enforce: 'pre',
    resolveId: (id, importer) => (id === 'stream' && /[\\/]sax[\\/]/.test(importer ?? '') ? EMPTY : undefined),
    load: (id) => (id === EMPTY ? 'export const Stream = undefined;' : undefined),
  };
}
