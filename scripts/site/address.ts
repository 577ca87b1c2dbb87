import { usage } from '../cli/cli.ts';

/** Where a site will live: `./`, or `/repo/`. @throws AfterimageError `usage`. */
export function parseBase(base: string): string {
  if (base === './' || base === '') return './';
  if (!/^\/([\w.~-]+\/)*[\w.~-]*$/.test(base)) throw usage(`--base takes a path as /repo/, not "${base}"`);
  return base.endsWith('/') ? base : `${base}/`;
}

/** Where the app will live, as an address. @throws AfterimageError `usage`. */
export function parseAddress(origin: string, base: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw usage(`--origin takes an origin as https://example.org, not "${origin}"`);
  }
  return new URL(base === './' ? '/' : base, url).href;
}
