import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseOnlyOptions, runScript, usage } from './cli/cli.ts';
import { ROOT_FOLDER } from './repository/folders.ts';
import { ensureKernels } from './repository/kernels.ts';
import { checkSite } from './site/check-site.ts';
import { hostHeaders } from './site/host-headers.ts';
import { listCollections } from './site/list-collections.ts';
import { withOpenGraph } from './site/origin/open-graph.ts';
import { openSearchDescription, withOpenSearchLink } from './site/origin/open-search.ts';
import { buildSite } from './site/site.ts';
import { describeSizes } from './site/site-sizes.ts';

const HELP = `
Usage: pnpm build [options]

Builds the site for a static host, with the collections of public/ and what a browser loads of its models (files over
20 MiB in parts).

  --base <path>   where it will live, as /repo/ (any folder)
  --origin <url>  the site's origin, as https://example.org: adds an OpenSearch description and
                  Open Graph tags
  --out <dir>     where to write it: an empty folder, or a site that it replaces (dist)
`;

const OPTIONS = {
  base: { type: 'string', default: './' },
  origin: { type: 'string' },
  out: { type: 'string', default: 'dist' },
} as const;

await runScript(HELP, async (args) => {
  const values = parseOnlyOptions(args, OPTIONS);
  const base = parseBase(values.base);
  const address = values.origin === undefined ? undefined : parseAddress(values.origin, base);
  const out = resolve(ROOT_FOLDER, values.out);
  await ensureKernels();
  await listCollections();
  await buildSite({ out, base, data: true }, async () => {
    await writeFile(join(out, '_headers'), hostHeaders(base));
    if (address !== undefined) await addAddress(out, address);
    for (const warning of await checkSite(out)) console.warn(`Warning: ${warning}`);
    console.log(await describeSizes(out));
  });
  console.log(`\nThe site is in ${out}`);
});

/** @throws AfterimageError `usage`. */
function parseBase(base: string): string {
  if (base === './' || base === '') return './';
  if (!/^\/([\w.~-]+\/)*[\w.~-]*$/.test(base)) throw usage(`--base takes a path as /repo/, not "${base}"`);
  return base.endsWith('/') ? base : `${base}/`;
}

/** Where the app will live. @throws AfterimageError `usage`. */
function parseAddress(origin: string, base: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw usage(`--origin takes an origin as https://example.org, not "${origin}"`);
  }
  return new URL(base === './' ? '/' : base, url).href;
}

/** What needs an absolute address. */
async function addAddress(out: string, address: string): Promise<void> {
  const page = join(out, 'index.html');
  await writeFile(page, withOpenGraph(withOpenSearchLink(await readFile(page, 'utf8')), address));
  await writeFile(join(out, 'opensearch.xml'), openSearchDescription(address));
}
