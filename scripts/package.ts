import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseChoice, parseOnlyOptions, runScript, usage } from './cli/cli.ts';
import { headersAdvice } from './package/host-files.ts';
import { HOST, HOSTS, type HostId } from './package/hosts.ts';
import { type Packaged, packageSite } from './package/package-site.ts';
import { leftOutLines, visitTable } from './package/report.ts';
import { sum, transfers } from './package/transfer.ts';
import { CACHE_FOLDER, ROOT_FOLDER } from './repository/folders.ts';
import { parseAddress, parseBase } from './site/address.ts';
import { buildForHosting } from './site/build-for-hosting.ts';
import { remotesOf } from './site/out-folder.ts';

const HELP = `
Usage: pnpm package [options]

Writes a folder to upload to a host of static files: the app, the collections of public/ and the models that they name,
with the headers file of that host. Everything is verified, and the limits of the host are checked. Says what a first
visit downloads.

  --host <name>     ${HOSTS.join(', ')} (plain)
  --base <path>     where the site will live, as /repo/ (any folder)
  --origin <url>    the site's origin, as https://example.org: adds an OpenSearch description and Open Graph tags
  --site <dir>      a site that pnpm build made (built anew)
  --model <id>      a model to take along though no collection names it; may be given again
  --precompress     write .gz and .br beside files that shrink; only for --host plain, where the server must send them
  --out <dir>       where to write it: an empty folder, or one that pnpm package made (package)
`;

const OPTIONS = {
  host: { type: 'string', default: 'plain' },
  base: { type: 'string' },
  origin: { type: 'string' },
  site: { type: 'string' },
  model: { type: 'string', multiple: true, default: [] as string[] },
  precompress: { type: 'boolean', default: false },
  out: { type: 'string', default: 'package' },
} as const;

await runScript(HELP, async (args) => {
  const values = parseOnlyOptions(args, OPTIONS);
  const host = parseChoice(values.host, '--host', HOSTS);
  const base = parseBase(values.base ?? './');
  if (values.precompress && host !== 'plain')
    throw usage('--precompress is for --host plain: other hosts compress by themselves');
  if (host === 'huggingface' && base !== './') throw usage('A Space is the root of its own address: leave out --base');
  if (values.site !== undefined && values.origin !== undefined)
    throw usage('--origin is for a site that is built: give it to pnpm build, or leave out --site');
  const out = resolve(ROOT_FOLDER, values.out);
  const options = { out, host, base, models: values.model, precompressed: values.precompress };
  await withSite(values, base, async (site) => {
    const packaged = await packageSite({ ...options, site });
    for (const line of leftOutLines(packaged.leftOut)) console.log(line);
    for (const warning of packaged.warnings) console.warn(`Warning: ${warning}`);
    await reportVisit(site, host, packaged, values.precompress);
    reportFolder(host, base, packaged, await remotesOf(site));
  });
  console.log(`\nUpload ${out}`);
});

/** The site that is given, else one that is built for this alone. */
async function withSite<T>(
  { site, origin }: { readonly site?: string; readonly origin?: string },
  base: string,
  use: (site: string) => Promise<T>,
): Promise<T> {
  if (site !== undefined) return use(resolve(ROOT_FOLDER, site));
  const built = join(CACHE_FOLDER, 'package-site');
  const address = origin === undefined ? undefined : parseAddress(origin, base);
  await buildForHosting({ out: built, base, address });
  try {
    return await use(built);
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

async function reportVisit(site: string, host: HostId, { visit }: Packaged, precompressed: boolean): Promise<void> {
  const sent = (downloads: Packaged['visit']['wasm']['first']) => transfers(site, host, downloads, precompressed);
  const [first, later, onGpu] = [
    await sent(visit.wasm.first),
    await sent(visit.wasm.later),
    await sent(visit.webgpu.first),
  ];
  console.log(`\nA first visit on ${HOST[host].title}, on WebAssembly:\n\n${visitTable(first, later)}`);
  const more = sum(onGpu.map((row) => row.sent)) - sum(first.map((row) => row.sent));
  const difference = Math.round(Math.abs(more) / 1000).toLocaleString('en');
  console.log(`\nOn WebGPU ${difference} kB ${more < 0 ? 'less' : 'more'} are sent.`);
}

function reportFolder(host: HostId, base: string, { files }: Packaged, remotes: readonly string[]): void {
  if (host === 'plain') console.log(`\n${headersAdvice(base, remotes).join('\n')}`);
  const bytes = sum(files.map((file) => file.bytes));
  console.log(`\n${files.length.toLocaleString('en')} files, ${(bytes / 1e6).toFixed(1)} MB`);
}
