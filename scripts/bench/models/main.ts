import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { parseChoice, parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { serve } from '../../serve/serve.ts';
import { describeMachine } from '../machine.ts';
import { QUERIES } from '../queries.ts';
import { launchProfile, originOf, prepareSite } from '../site.ts';
import { type Asked, ask, openAnswered } from './ask.ts';
import { COLLECTION, type Prepared, prepare } from './prepare.ts';
import { type DeviceReport, type ModelsReport, toMarkdown, WAYS, type Way } from './report.ts';
import { serveDemo } from './serve-demo.ts';

const OPTIONS = {
  model: { type: 'string' },
  towers: { type: 'string' },
  count: { type: 'string', default: '10000' },
  rounds: { type: 'string', default: '3' },
  threads: { type: 'string' },
  device: { type: 'string', default: 'all' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/models.json') },
} as const;

type Device = DeviceReport['device'];
const DEVICES: readonly Device[] = ['wasm', 'webgpu'];
/** Queries on one page before it is the other one's turn. */
const TURN = 5;
const WARM_UP = ['warm', 'up', 'please'];

/** Queries to a model of the size of CLIP B/32, asked as web demos do it and here, in turns in one browser. */
export async function benchModels(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions([...args], OPTIONS);
  const count = parseCount(values.count, '--count');
  const rounds = parseCount(values.rounds, '--rounds');
  const threads = values.threads === undefined ? undefined : parseCount(values.threads, '--threads');
  const wanted = parseChoice(values.device, '--device', ['all', ...DEVICES]);
  const log = (line: string) => console.log(`${line} …`);
  const gpu = wanted === 'wasm' ? undefined : await gpuName();
  const devices = DEVICES.filter((one) => [one, 'all'].includes(wanted) && (one === 'wasm' || gpu !== undefined));
  const [model, towers] = [values.model, values.towers].map((folder) =>
    folder === undefined ? folder : resolve(folder),
  );
  const prepared = await prepare(count, { model, towers }, gpu === undefined ? ['q8'] : ['fp32', 'q8'], log);
  const servers = [
    await serveDemo(prepared.publicFolder),
    await serve({ site: await prepareSite(), publicFolder: prepared.publicFolder, host: '127.0.0.1', port: 0 }),
  ];
  const [demo = '', own = ''] = servers.map(originOf);
  const measured: DeviceReport[] = [];
  let browser = '';
  try {
    for (const device of devices) {
      const context = await launchProfile();
      browser = `Chromium ${context.browser()?.version() ?? ''}`;
      const addresses = {
        demo: `${demo}?model=${prepared.model}&device=${device}`,
        own: `${own}?c=${COLLECTION}&device=${device}${threads === undefined ? '' : `&threads=${threads}`}`,
      };
      measured.push({ device, gpu, ...(await measure(context, addresses, prepared, rounds, log)) });
      await context.close();
    }
  } finally {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  }
  const skipped = gpu === undefined && wanted !== 'wasm' ? ['WebGPU, because this machine has no GPU.'] : [];
  const report: ModelsReport = { machine: describeMachine(browser), pictures: count, devices: measured, skipped };
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${toMarkdown(report)}\n`);
}

/** What the browser calls the GPU; undefined where there is none, or one that is imitated. */
async function gpuName(): Promise<string | undefined> {
  const context = await launchProfile();
  try {
    const page = await context.newPage();
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter();
      if (!adapter || adapter.info.isFallbackAdapter) return undefined;
      const { vendor, architecture, description } = adapter.info;
      return [vendor, architecture, description].filter(Boolean).join(' ') || 'a GPU';
    });
  } finally {
    await context.close();
  }
}

async function measure(
  context: BrowserContext,
  addresses: Readonly<Record<Way, string>>,
  { model }: Prepared,
  rounds: number,
  log: (line: string) => void,
): Promise<Omit<DeviceReport, 'device' | 'gpu'>> {
  // tsx names functions by a helper that a page does not have.
  await context.addInitScript('globalThis.__name = (named) => named;');
  log('First visits');
  const pages: Record<Way, Page> = { demo: await context.newPage(), own: await context.newPage() };
  const cold = await each(async (way) => openAnswered(pages[way], `${addresses[way]}&q=dog`));
  await untilKept(pages.own, model);

  log('Queries');
  const asked: Record<Way, Asked[]> = { demo: [], own: [] };
  for (const way of WAYS) for (const text of WARM_UP) await askInFront(pages[way], text);
  for (let from = 0; from < QUERIES.length; from += TURN) {
    for (const way of WAYS) {
      await askInFront(pages[way], `turn ${from}`); // a page that comes to the front paints everything anew
      for (const query of QUERIES.slice(from, from + TURN)) asked[way].push(await ask(pages[way], query));
    }
  }

  log('Later visits');
  const warm: Record<Way, number[]> = { demo: [], own: [] };
  await each((way) => pages[way].close());
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed()) {
      const page = await context.newPage();
      warm[way].push(await openAnswered(page, `${addresses[way]}&q=dog`));
      await page.close();
    }
  }
  return { asked, cold, warm };
}

async function askInFront(page: Page, text: string): Promise<Asked> {
  await page.bringToFront();
  return ask(page, text);
}

async function each<T>(work: (way: Way) => Promise<T>): Promise<Record<Way, T>> {
  return { demo: await work('demo'), own: await work('own') };
}

/** Wait until the page keeps model and collection for the next visit. */
async function untilKept(page: Page, model: string): Promise<void> {
  await page.waitForFunction(
    async (path) => {
      for (const name of await caches.keys()) {
        const urls = (await (await caches.open(name)).keys()).map(({ url }) => url);
        if (urls.some((url) => url.endsWith(path))) return true;
      }
      return false;
    },
    `/kept/models/${model}/model.json`,
    { timeout: 120_000, polling: 500 },
  );
}
