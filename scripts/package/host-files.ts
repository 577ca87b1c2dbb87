import { IMMUTABLE_CACHE_CONTROL, SECURITY_HEADERS, securityHeaders } from '../../src/site/headers.ts';
import { hostHeaders } from '../site/host-headers.ts';
import { HOST, type HostId } from './hosts.ts';

/**
 * Files of the folder that is uploaded that are for the host, and not for visitors, by their path.
 * @param styles of the page, in the site's folder
 * @param remotes origins beside its own that the page may talk to
 */
export function hostFiles(
  host: HostId,
  base: string,
  styles: string | undefined,
  remotes: readonly string[] = [],
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const home = base.startsWith('/') ? base : HOST[host].isRoot ? '/' : undefined;
  if (HOST[host].has404) files.set('404.html', notFoundPage(home, styles));
  // GitHub's own generator would leave out what begins with an underscore.
  if (host === 'github-pages') files.set('.nojekyll', '');
  if (host === 'cloudflare' || host === 'netlify') files.set('_headers', hostHeaders(base, remotes));
  if (host === 'vercel') files.set('vercel.json', vercelConfiguration(base, remotes));
  if (host === 'huggingface') files.set('README.md', spaceCard());
  return files;
}

/**
 * Without it Cloudflare Pages answers with the app in the place of every file that is missing, as if it were there. It is
 * shown at any address, from which only absolute addresses lead anywhere.
 * @param home where the site lives, if that is known
 */
function notFoundPage(home: string | undefined, styles: string | undefined): string {
  const look =
    home !== undefined && styles !== undefined ? `\n    <link rel="stylesheet" href="${home}${styles}" />` : '';
  const link = home === undefined ? '' : `\n      <p><a href="${home}">Search pictures</a></p>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Not found</title>${look}
  </head>
  <body>
    <main class="static">
      <h1>There is nothing at this address</h1>${link}
    </main>
  </body>
</html>
`;
}

/** https://vercel.com/docs/project-configuration/vercel-json#headers */
function vercelConfiguration(base: string, remotes: readonly string[]): string {
  const root = base.startsWith('/') ? base : '/';
  const everywhere = Object.entries(securityHeaders(remotes)).map(([key, value]) => ({ key, value }));
  const forEver = [{ key: 'Cache-Control', value: IMMUTABLE_CACHE_CONTROL }];
  const immutable = [
    'assets/(.*)',
    'collections/(.*)/(thumbs|previews)/(.*)',
    'collections/(.*)\\.bin',
    'collections/(.*)\\.bin\\.gz',
  ];
  const headers = [
    { source: `${root}(.*)`, headers: everywhere },
    ...immutable.map((path) => ({ source: root + path, headers: forEver })),
  ];
  return `${JSON.stringify({ headers }, null, 2)}\n`;
}

/**
 * A Space reads its settings in the head of README.md. Of headers it takes these two only.
 * https://huggingface.co/docs/hub/spaces-config-reference
 */
function spaceCard(): string {
  const headers = ['Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy'].map(
    (name) => `  ${name.toLowerCase()}: ${SECURITY_HEADERS[name]}`,
  );
  return `---
title: Afterimage
emoji: 🖼️
colorFrom: gray
colorTo: blue
sdk: static
app_file: index.html
pinned: false
custom_headers:
${headers.join('\n')}
---

Describe a picture, find it. Everything happens in your browser.
`;
}

/** For a server of one's own: what it has to send, as lines for a terminal. */
export function headersAdvice(base: string, remotes: readonly string[] = []): readonly string[] {
  const root = base.startsWith('/') ? base : 'the folder';
  return [
    `Let the server send these headers with every file of ${root === base ? `${base}*` : root}:`,
    ...Object.entries(securityHeaders(remotes)).map(([name, value]) => `  ${name}: ${value}`),
    'and with files whose names carry a hash (assets/*, collections/*/thumbs/*, previews/*, *.bin):',
    `  Cache-Control: ${IMMUTABLE_CACHE_CONTROL}`,
    'Without them the site works too: it is reloaded once at a first visit, and the service worker sends them.',
  ];
}
