import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { startVisionWorker } from '../../indexing/vision-worker.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { indexAll, listPhotos } from '../photos.ts';
import { type Spread, spread } from '../stats.ts';
import type { BenchPage, Device, Run } from './protocol.ts';

export interface TabOptions {
  /** Of photographs. */
  readonly folder: string;
  readonly count: number;
  /** Of the vision tower on WebAssembly; what the page chooses where absent. */
  readonly threads: number | undefined;
  /** Also: memory after so many pictures. */
  readonly memory: number | undefined;
  /** An empty folder for what build-index writes. */
  readonly work: string;
  readonly log: (line: string) => void;
}

/** Pictures a second, all three one after the other. */
export interface Round {
  readonly tab: number;
  /** The vision tower alone, in the same browser. */
  readonly bare: number;
  /** build-index. */
  readonly node: number;
}

export interface Growth {
  readonly few: number;
  readonly most: number;
  /** Bytes after so many pictures. */
  readonly after: readonly [number, number];
  readonly failed: number;
}

export interface DeviceReport {
  readonly device: Device;
  readonly threads: number;
  readonly rounds: readonly Round[];
  /** Of all rounds together. */
  readonly alone: Run;
  readonly queries: { readonly idle: Spread; readonly busy: Spread };
  /** Indexed while somebody searched. */
  readonly searched: Run;
  readonly growth: Growth | null;
}

const ROUNDS = 3;
const QUERIES = 100;
/** Indexed first, so that model and code are there: what loads once is no part of what is measured. */
const WARM = 32;
/** Pictures of the bare loop. */
const BARE = 128;
const FEW = 500;

/** How many photographs are needed. */
export const withWarm = (count: number) => count + WARM;

/** Indexing alone, in turns with the bare loop and with build-index; then once more while somebody searches; then memory. */
export async function measureDevice(
  browser: Browser,
  origin: string,
  device: Device,
  options: TabOptions,
): Promise<DeviceReport> {
  const page = await openPage(await (await browser.newContext()).newPage(), origin);
  await fetchPhotos(page, options);
  const threads = device === 'webgpu' ? 1 : (options.threads ?? (await page.call('ownThreads')));
  const part = Math.floor(options.count / (ROUNDS + 1));
  await page.call('index', device, threads, 0, WARM);
  const [rounds, runs]: [Round[], Run[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await page.call('bareLoop', device, threads, BARE);
    const run = await page.call('index', device, threads, WARM + round * part, part);
    const node = await measureNode(options.folder, join(options.work, `${device}-${round}`));
    rounds.push({ tab: run.pictures / run.seconds, bare, node });
    runs.push(run);
    options.log(`${device}, round ${round + 1} of ${ROUNDS}`);
  }
  await page.call('openQueries', device, threads);
  const idle = spread(await page.call('query', QUERIES));
  const indexing = page.call('index', device, threads, WARM + ROUNDS * part, options.count - ROUNDS * part);
  const busy = spread(await page.call('query', 0));
  const searched = await indexing;
  const growth =
    options.memory === undefined
      ? null
      : await measureMemory(page, device, threads, options.memory, withWarm(options.count));
  await page.close();
  return { device, threads, rounds, alone: together(runs), queries: { idle, busy }, searched, growth };
}

/** @returns whether there is a GPU that is worth measuring */
export async function hasGpu(browser: Browser, origin: string): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(`${origin}index.html`);
  const has = await page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    return adapter ? !adapter.info.isFallbackAdapter : false;
  });
  await page.close();
  return has;
}

async function fetchPhotos(page: Called, { folder, count }: TabOptions): Promise<void> {
  const files = (await listPhotos(folder)).slice(0, withWarm(count));
  await page.call(
    'fetchPhotos',
    files.map(({ name }) => ({ url: `photos/${encodeURI(name)}`, path: name })),
  );
  await page.call('multiply', withWarm(count));
}

export interface Called {
  call<Name extends keyof BenchPage>(name: Name, ...args: Parameters<BenchPage[Name]>): ReturnType<BenchPage[Name]>;
  close(): Promise<void>;
}

/** The page of the measurement, ready to be asked. @param origin where it is, with a `/` at its end */
export async function openPage(page: Page, origin: string): Promise<Called> {
  page.on('pageerror', ({ message }) => console.error(message));
  await page.goto(`${origin}index.html`);
  await page.waitForFunction(() => 'bench' in globalThis);
  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { bench: Record<string, (...all: unknown[]) => unknown> }).bench[method]?.(...given),
      [name, args] as const,
    );
  return { call, close: () => page.context().close() } as Called;
}

async function measureMemory(
  page: Called,
  device: Device,
  threads: number,
  most: number,
  own: number,
): Promise<Growth> {
  await page.call('multiply', own + most);
  const few = await page.call('index', device, threads, own, FEW);
  const before = await page.call('memory');
  const more = await page.call('index', device, threads, own + FEW, most - FEW);
  return { few: FEW, most, after: [before, await page.call('memory')], failed: few.failed + more.failed };
}

async function measureNode(folder: string, work: string): Promise<number> {
  const worker = await startVisionWorker({ modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL });
  try {
    const { picturesPerSecond } = await indexAll({ folder, worker }, work);
    return picturesPerSecond ?? 0;
  } finally {
    await worker.dispose();
  }
}

function together(runs: readonly Run[]): Run {
  const sum = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0);
  const names = new Set(runs.flatMap(({ steps }) => Object.keys(steps)));
  return {
    pictures: sum(({ pictures }) => pictures),
    failed: sum(({ failed }) => failed),
    seconds: sum(({ seconds }) => seconds),
    steps: Object.fromEntries([...names].map((name) => [name, sum(({ steps }) => steps[name] ?? 0)])),
  };
}
