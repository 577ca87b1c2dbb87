import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { startVisionWorker } from '../../indexing/vision-worker.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { describeMachine } from '../machine.ts';
import { indexAll, listPhotos } from '../photos.ts';
import { launch, originOf } from '../site.ts';
import { spread } from '../stats.ts';
import { bundlePage, servePage } from './bundle.ts';
import type { BenchPage, Device, Run } from './protocol.ts';
import { type LibraryReport, toMarkdown } from './report.ts';

const OPTIONS = {
  photos: { type: 'string' },
  count: { type: 'string', default: '500' },
  device: { type: 'string', default: 'wasm' },
  threads: { type: 'string', default: '1' },
  memory: { type: 'string' },
  json: { type: 'string' },
} as const;

const QUERIES = 100;
/** Indexed first, so that model and code are there: what loads once is no part of what is measured. */
const WARM = 16;
const FEW = 500;

/** `pnpm bench library`: how fast pictures are indexed in a tab, beside a bare encoder loop and build-index. */
export async function benchLibrary(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions([...args], OPTIONS);
  const count = parseCount(values.count, '--count');
  const threads = parseCount(values.threads, '--threads');
  const device: Device = values.device === 'webgpu' ? 'webgpu' : 'wasm';
  const memory = values.memory === undefined ? undefined : parseCount(values.memory, '--memory');
  const work = await mkdtemp(join(tmpdir(), 'afterimage-bench-library-'));
  try {
    const folder = values.photos ?? (await makePhotos(join(work, 'photos'), count + WARM));
    const report = await measure(folder, { count, threads, device, memory, work });
    console.log(`\n${toMarkdown(report)}`);
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Measured {
  readonly count: number;
  readonly threads: number;
  readonly device: Device;
  readonly memory: number | undefined;
  readonly work: string;
}

async function measure(folder: string, options: Measured): Promise<LibraryReport> {
  const files = (await listPhotos(folder)).slice(0, options.count + WARM);
  const server = await servePage(await bundlePage(), folder);
  const browser = await launch();
  try {
    const page = await openPage(await browser.newPage(), originOf(server));
    const photos = files.map(({ name }) => ({ url: `photos/${encodeURI(name)}`, path: name }));
    const bytes = await page.call('fetchPhotos', photos);
    const inTab = await measureTab(page, files.length - WARM, options);
    const growth = options.memory === undefined ? null : await measureMemory(page, options.memory, options);
    const node = await measureNode(folder, options.work);
    return {
      machine: describeMachine(`Chromium ${browser.version()}`),
      ...{ device: options.device, threads: options.threads, megabytes: bytes / 1e6 },
      ...{ ...inTab, growth, node },
    };
  } finally {
    await browser.close();
    server.close();
  }
}

interface Called {
  call<Name extends keyof BenchPage>(name: Name, ...args: Parameters<BenchPage[Name]>): ReturnType<BenchPage[Name]>;
}

async function openPage(page: Page, origin: string): Promise<Called> {
  page.on('pageerror', ({ message }) => console.error(message));
  await page.goto(`${origin}index.html`);
  await page.waitForFunction(() => 'bench' in globalThis);
  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { bench: Record<string, (...all: unknown[]) => unknown> }).bench[method]?.(...given),
      [name, args] as const,
    );
  return { call } as Called;
}

/** Alone, in turns with the bare loop, then once more while somebody searches. */
async function measureTab(page: Called, count: number, { device, threads }: Measured) {
  await page.call('index', device, threads, 0, WARM);
  const half = Math.floor(count / 2);
  const bareBefore = await page.call('bareLoop', device, threads, 64);
  const alone = await page.call('index', device, threads, WARM, half);
  const bareAfter = await page.call('bareLoop', device, threads, 64);
  await page.call('openQueries', device, threads);
  const idle = spread(await page.call('query', QUERIES));
  const indexing = page.call('index', device, threads, WARM + half, count - half);
  const busy = spread(await page.call('query', 0));
  await indexing;
  return { alone, bare: (bareBefore + bareAfter) / 2, queries: { idle, busy } };
}

async function measureMemory(page: Called, most: number, { device, threads }: Measured) {
  await page.call('multiply', most + WARM);
  await page.call('index', device, threads, 0, FEW);
  const few = await page.call('memory');
  const run: Run = await page.call('index', device, threads, FEW, most - FEW);
  return { few: FEW, most, after: [few, await page.call('memory')] as const, failed: run.failed };
}

async function measureNode(folder: string, work: string): Promise<number> {
  const worker = await startVisionWorker({ modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL });
  try {
    const { picturesPerSecond } = await indexAll({ folder, worker }, join(work, 'node'));
    return picturesPerSecond ?? 0;
  } finally {
    await worker.dispose();
  }
}

/** Photographs of no subject: noise at several sizes, of the length that a photograph of this size has. */
async function makePhotos(folder: string, count: number): Promise<string> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    const small = Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => ((i * 2654435761 + n * 40503) >>> 8) & 255);
    const image = sharp(small, { raw: { width: 24, height: 16, channels: 3 } }).resize(1200, 800, { kernel: 'cubic' });
    await image.jpeg({ quality: 88 }).toFile(join(folder, `${n}.jpg`));
  }
  return folder;
}
