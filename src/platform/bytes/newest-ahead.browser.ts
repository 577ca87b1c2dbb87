import type { HttpSource, Newest } from './http-source.browser.ts';

export interface AheadSource extends HttpSource {
  /** Ask for a text that somebody will read in a moment: whoever does first gets this answer. */
  ahead(path: string): Promise<Newest | undefined>;
}

export function newestAhead<Source extends HttpSource>(source: Source): Source & AheadSource {
  const asked = new Map<string, Promise<Newest | undefined>>();
  return {
    ...source,
    ahead(path) {
      const newest = source.newest(path);
      newest.catch(() => undefined); // whoever reads it is told
      asked.set(path, newest);
      return newest;
    },
    newest(path, options) {
      const newest = asked.get(path);
      asked.delete(path);
      return newest ?? source.newest(path, options);
    },
  };
}
