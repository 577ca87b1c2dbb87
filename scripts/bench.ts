import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import { AfterimageError } from '../src/engine/errors.ts';
import { measureIndexing } from './bench/indexing.ts';
import { type Latency, measureInterleaved, openAnswered } from './bench/latency.ts';
import { type Loading, measureLoading } from './bench/loading.ts';
import { describeMachine } from './bench/machine.ts';
import { measureGrowth } from './bench/memory.ts';
import { QUERIES } from './bench/queries.ts';
import { type BenchReport, toMarkdown } from './bench/report.ts';
import { launch, originOf, prepareSite } from './bench/site.ts';
import { parseCount, parseOnlyOptions, runScript } from './cli/cli.ts';
import { PUBLIC_FOLDER, ROOT_FOLDER } from './repository/folders.ts';
import { serve } from './serve/serve.ts';

const HELP = `
Usage: pnpm bench [options]
       pnpm bench vectors [options]
       pnpm bench million [options]
       pnpm bench static [options]
       pnpm bench library [options]
       pnpm bench against <site> [options]
       pnpm bench first-visit [options]
       pnpm bench models [options]
       pnpm bench remote [options]

Measures the production build in Chromium: queries, cold and warm start, bytes, memory, and build-index. Nothing here
passes or fails. Writes bench-results/bench.json and bench.md.

  --rounds <n>       cold and warm starts each (5)
  --photos <folder>  also: where build-index spends its time on these pictures
  --out <folder>     where the results go (bench-results)

With "vectors": only the engines for vectors, ours and others, in the same browser, on made-up embeddings of 512
dimensions. Writes bench-results/vectors.json and .md after every set; what was built is taken up by the next run.

  --sizes <list>     numbers of vectors (10000,100000,1000000)
  --isotropic        also: vectors without any structure
  --engines <list>   some of the engines (all; an unknown name prints them)
  --filters          also: queries of which 10 %, 1 %, 0.1 % of the rows may be an answer
  --live             also: additions to a live index
  --on-demand        also: what is fetched for 100 queries where vectors are read as they are needed
  --ef <list>        also: graphs asked with beams of these widths, on the smallest set
  --limit <seconds>  what a build or a load may take (600)
  --json <file>      where the results go

With "million": a page with a million pictures: how it is made and opened, what it holds in memory, whether it searches
and scrolls. What was built is taken up by the next run. Fails only where the page does not answer or does not scroll.
Writes bench-results/million.json and .md, and what it looked like (.png).

  --count <n>        pictures (1000000)
  --json <file>      where the results go

With "static": what a query of a collection costs that stays on its host: bytes, rounds of requests, time and recall of an
index of cells, beside codes whose vectors are read as they are needed, over a slow line and without. In Node. What was
built is taken up by the next run. Writes bench-results/static.json and .md.

  --sizes <list>     numbers of vectors (100000); 10000000 need some 80 GB of disk and hours
  --isotropic        also: vectors without any structure
  --queries <n>      text queries (100)
  --index <list>     of cells, codes (both)
  --json <file>      where the results go

With "against": queries of this build and of a site that "pnpm build" wrote in another version of this repository, in
turns in one browser, and the ratios. Writes bench-results/against.json.

  --rounds <n>       fresh browsers (6)
  --starts <n>       also: cold and warm starts of both, in turns (0)
  --json <file>      where the results go

With "library": how fast a visitor's own pictures are indexed in a tab, beside the vision tower alone in the same browser
and build-index on the same machine; where the time goes; queries meanwhile; how fast a large library starts.

  --photos <folder>  these pictures (generated ones)
  --count <n>        so many of them; more than there are: with other bytes behind their ends (800)
  --device <name>    wasm, webgpu, all that are there, or none (all)
  --threads <n>      of the vision tower on wasm (as the page chooses)
  --memory <n>       also: memory after 500 and after so many pictures
  --start <n>        start with so many made-up pictures; 0: leave it out (20000)
  --json <file>      where the results go

With "first-visit": somebody who has never been here, over a slow line and a host that compresses nothing: seconds to the
pictures and to the first answer, bytes until then by kind. Writes bench-results/first-visit.json.

  --against <site>   also: a site that "pnpm build" wrote in another version of this repository, in turns
  --rounds <n>       visits each (3)
  --line <name>      slow (200 kB/s, 150 ms), fast (1.25 MB/s, 40 ms) or both (both)
  --view <name>      phone, desktop or both (both)
  --json <file>      where the results go

With "models": a model of the size of CLIP B/32 with random weights, asked as web demos ask one (transformers.js with its
defaults, texts padded to 77 tokens, a loop over vectors) and by this page, in turns in one browser over the same 10,000
pictures. Writes bench-results/models.json. The model and the pictures are made at the first run (minutes).

  --model <folder>   this CLIP model of 512 dimensions in place of that
  --towers <folder>  these towers of its size (text_model_quantized.onnx, vision_model_quantized.onnx)
  --count <n>        pictures (10000)
  --rounds <n>       later visits each (3)
  --threads <n>      of this page's tower on wasm (as the page chooses)
  --device <name>    wasm, webgpu (where there is a GPU) or all (all)
  --json <file>      where the results go

With "remote": how much of what is nearest a server of Chroma finds, from the npm package on this machine, beside an exact
scan of the same vectors: the demo and made-up vectors. Writes bench-results/remote.json.

  --count <n>        made-up vectors of 512 dimensions (20000)
  --ef <list>        beams of the server's graph (100,200,400)
  --json <file>      where the results go
`;

const OPTIONS = {
  rounds: { type: 'string', default: '5' },
  photos: { type: 'string' },
  out: { type: 'string', default: join(ROOT_FOLDER, 'bench-results') },
} as const;

const DEMO_PICTURES = join(ROOT_FOLDER, '.cache/demo-pictures');

await runScript(HELP, async (args) => {
  if (args[0] === 'vectors') {
    const { benchVectors } = await import('./bench/vectors/main.ts');
    return benchVectors(args.slice(1));
  }
  if (args[0] === 'million') {
    const { benchMillion } = await import('./bench/million/main.ts');
    return benchMillion(args.slice(1));
  }
  if (args[0] === 'static') {
    const { benchStatic } = await import('./bench/static/main.ts');
    return benchStatic(args.slice(1));
  }
  if (args[0] === 'against') {
    const { benchAgainst } = await import('./bench/against.ts');
    return benchAgainst(args.slice(1));
  }
  if (args[0] === 'first-visit') {
    const { benchFirstVisit } = await import('./bench/first-visit/main.ts');
    return benchFirstVisit(args.slice(1));
  }
  if (args[0] === 'models') {
    const { benchModels } = await import('./bench/models/main.ts');
    return benchModels(args.slice(1));
  }
  if (args[0] === 'remote') {
    const { benchRemote } = await import('./bench/remote/main.ts');
    return benchRemote(args.slice(1));
  }
  if (args[0] === 'library') {
    const { benchLibrary } = await import('./bench/library/main.ts');
    return benchLibrary(args.slice(1));
  }
  const values = parseOnlyOptions(args, OPTIONS);
  const rounds = parseCount(values.rounds, '--rounds');
  if (!existsSync(DEMO_PICTURES)) throw new AfterimageError('usage', 'Run `pnpm build-demo` first.');
  // Before anything is measured, for that takes minutes.
  await prepareOut(values.out);
  if (values.photos) await (await import('./bench/photos.ts')).listPhotos(values.photos);
  const site = await prepareSite();
  const server = await serve({ site, publicFolder: PUBLIC_FOLDER, host: '127.0.0.1', port: 0 });
  try {
    step('Cold and warm starts');
    const loading = await measureLoading(originOf(server), rounds); // while no other browser is there
    const report = await measure(originOf(server), site, loading);
    await write(values.out, 'bench', report, toMarkdown(report));
  } finally {
    server.close();
  }
  if (values.photos) await measurePhotos(values.photos, values.out);
  else console.log('Skipped: where build-index spends its time, for want of --photos <folder>.');
});

/** Make the folder of the results, and sure that files can be written there. @throws AfterimageError `not-writable`. */
async function prepareOut(out: string): Promise<void> {
  const trial = join(out, '.writable');
  try {
    await mkdir(out, { recursive: true });
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    throw new AfterimageError('not-writable', `${out} cannot be written to: ${(error as Error).message}`);
  }
}

/** Everything that needs the page, one after the other: nothing may run beside what is being measured. */
async function measure(origin: string, site: string, loading: Loading): Promise<BenchReport> {
  const browser = await launch();
  try {
    return await measureOpen(browser, origin, site, loading);
  } finally {
    await browser.close();
  }
}

async function measureOpen(browser: Browser, origin: string, site: string, loading: Loading): Promise<BenchReport> {
  const skipped: string[] = [];
  step('Queries');
  const pages = await openPages(browser, origin, skipped);
  const latency: Record<string, Latency> = Object.fromEntries(await measureInterleaved(pages));
  step('Memory');
  const growth = await measureGrowth(pages.get('wasm, 2 threads') as Page);
  step('build-index');
  const indexing = await measureIndexing(DEMO_PICTURES);
  return {
    machine: describeMachine(`Chromium ${browser.version()}`),
    pictures: indexing.pictures,
    queries: QUERIES.length,
    latency,
    loading,
    growth,
    pageScript: await pageScript(site),
    indexing,
    skipped,
  };
}

/** One page a configuration, each answered once already. */
async function openPages(browser: Browser, origin: string, skipped: string[]): Promise<Map<string, Page>> {
  const open = async (parameters: string) => {
    const page = await (await browser.newContext()).newPage();
    await openAnswered(page, `${origin}?q=dog&${parameters}`);
    return page;
  };
  const pages = new Map([['wasm, 1 thread', await open('device=wasm&threads=1')]]);
  const page = await open('device=wasm&threads=2');
  pages.set('wasm, 2 threads', page);
  const real = await page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    return adapter ? !adapter.info.isFallbackAdapter : false;
  });
  if (real) pages.set('WebGPU', await open('device=webgpu'));
  else skipped.push('WebGPU, because this machine has no GPU.');
  return pages;
}

/** The script that the page itself needs before a worker starts: the entry and what it imports statically. */
async function pageScript(site: string): Promise<number> {
  const html = await readFile(join(site, 'index.html'), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="[^"]*?([\w./-]+\.js)"/g)].map((match) => match[1] as string);
  const own = [...new Set(names)].filter((name) => !name.includes('.worker-'));
  const files = await Promise.all(own.map((name) => readFile(join(site, name))));
  return files.reduce((sum, file) => sum + gzipSync(file).length, 0);
}

async function measurePhotos(folder: string, out: string): Promise<void> {
  step(`Indexing ${folder}`);
  const { benchPhotos } = await import('./bench/photos.ts');
  const report = await benchPhotos(folder);
  await write(out, 'photos', report, report.markdown);
}

function step(title: string): void {
  console.log(`${title} …`);
}

async function write(out: string, name: string, report: unknown, markdown: string): Promise<void> {
  await writeFile(join(out, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(out, `${name}.md`), `${markdown}\n`);
  console.log(`\n${markdown}\n`);
}
