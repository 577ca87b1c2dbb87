/** Whether what a server answers belongs to the version of the app that is being kept. */

/** The document of the app, as the list of its files calls it. */
const DOCUMENT = 'index.html';

/** What a document loads of the folder whose files are named by their content. */
const NAMED = /(?:src|href)\s*=\s*["']?(?:[^"'\s>]*\/)?(assets\/[^"'\s>?#]+)/g;

/**
 * Keeps workbox from keeping what does not fit: the document of another version, which a server gives in the middle of an
 * upload or an intermediate cache from before it, and a page in the place of a file that is missing. Then nothing is
 * installed, the version that is kept stays, and the browser tries again at the next visit.
 * @param files of this version, relative to `scope`
 */
export function onlyWhatFits(files: readonly string[], scope: string) {
  const known = new Set(files);
  return {
    async cacheWillUpdate({ request, response }: { request: Request; response: Response }): Promise<Response | null> {
      if (!response.ok) return null;
      const path = new URL(request.url).href.slice(scope.length).replace(/[?#].*$/, '');
      if (path === DOCUMENT) return fits(await response.clone().text(), known) ? response : null;
      return isDocument(response) ? null : response;
    },
  };
}

function fits(html: string, files: ReadonlySet<string>): boolean {
  const named = [...html.matchAll(NAMED)].map(([, path]) => path as string);
  return named.length > 0 && named.every((path) => files.has(path));
}

function isDocument(response: Response): boolean {
  return /^text\/html\b/i.test(response.headers.get('content-type') ?? '');
}
