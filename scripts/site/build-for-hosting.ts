import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureKernels } from '../repository/kernels.ts';
import { checkSite } from './check-site.ts';
import { hostHeaders } from './host-headers.ts';
import { listCollections } from './list-collections.ts';
import { withOpenGraph } from './origin/open-graph.ts';
import { openSearchDescription, withOpenSearchLink } from './origin/open-search.ts';
import { buildSite } from './site.ts';

/** What is built to be hosted: the app with its data, its headers, and what needs an absolute address. */
export interface HostingBuild {
  /** Absolute path; a site that is there is replaced. */
  readonly out: string;
  /** `./`, or `/repo/`. */
  readonly base: string;
  /** Where the app will live, with a final slash, if that is known. */
  readonly address: string | undefined;
}

/** Build a site for a static host, and look it over. @throws AfterimageError as `buildSite` and `checkSite` */
export async function buildForHosting(
  { out, base, address }: HostingBuild,
  finish: () => Promise<void> = async () => {},
): Promise<void> {
  await ensureKernels();
  await listCollections();
  await buildSite({ out, base, data: true }, async (remotes) => {
    await writeFile(join(out, '_headers'), hostHeaders(base, remotes));
    if (address !== undefined) await addAddress(out, address);
    for (const warning of await checkSite(out, remotes)) console.warn(`Warning: ${warning}`);
    await finish();
  });
}

/** What needs an absolute address. */
async function addAddress(out: string, address: string): Promise<void> {
  const page = join(out, 'index.html');
  await writeFile(page, withOpenGraph(withOpenSearchLink(await readFile(page, 'utf8')), address));
  await writeFile(join(out, 'opensearch.xml'), openSearchDescription(address));
}
