import { resolve } from 'node:path';
import { parseOnlyOptions, runScript } from './cli/cli.ts';
import { ROOT_FOLDER } from './repository/folders.ts';
import { parseAddress, parseBase } from './site/address.ts';
import { buildForHosting } from './site/build-for-hosting.ts';
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
  await buildForHosting({ out, base, address }, async () => console.log(await describeSizes(out)));
  console.log(`\nThe site is in ${out}`);
});
