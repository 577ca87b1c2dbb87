import { IMMUTABLE_CACHE_CONTROL, securityHeaders } from '../../src/site/headers.ts';

/** Folders whose files are named by their content, in the pattern language that Cloudflare Pages and Netlify share. */
const IMMUTABLE = [
  'assets/*',
  'collections/:name/thumbs/*',
  'collections/:name/previews/*',
  'collections/:name/*.bin',
  'collections/:name/*.bin.gz',
];

/** The file `_headers` of Cloudflare Pages and Netlify, for a site that lives below `base` and may talk to `remotes`. */
export function hostHeaders(base: string, remotes: readonly string[] = []): string {
  const root = base.startsWith('/') ? base : '/';
  const everywhere = Object.entries(securityHeaders(remotes)).map(([name, value]) => `  ${name}: ${value}`);
  const forEver = IMMUTABLE.flatMap((path) => [root + path, `  Cache-Control: ${IMMUTABLE_CACHE_CONTROL}`]);
  return `${[`${root}*`, ...everywhere, ...forEver].join('\n')}\n`;
}
