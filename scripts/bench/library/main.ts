import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { parseCount, parseOnlyOptions, usage } from '../../cli/cli.ts';
import { describeMachine } from '../machine.ts';
import { launch, originOf } from '../site.ts';
import { bundlePage, servePage } from './bundle.ts';
import type { Device } from './protocol.ts';
import { type LibraryReport, toMarkdown } from './report.ts';
import { measureStart, type StartReport } from './start.ts';
import { type DeviceReport, hasGpu, measureDevice, type TabOptions, withWarm } from './tab.ts';

const OPTIONS = {
  photos: { type: 'string' },
  count: { type: 'string', default: '800' },
  device: { type: 'string', default: 'all' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  start: { type: 'string', default: '20000' },
  json: { type: 'string' },
} as const;

const DEVICES: Readonly<Record<string, readonly Device[]>> = {
  wasm: ['wasm'],
  webgpu: ['webgpu'],
  all: ['wasm', 'webgpu'],
  none: [],
};

/** `pnpm bench library`: how fast pictures are indexed in a tab, beside a bare encoder loop and build-index. */
export async function benchLibrary(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions([...args], OPTIONS);
  const optional = (name: 'threads' | 'memory') =>
    values[name] === undefined ? undefined : parseCount(values[name], `--${name}`);
  const [count, threads, memory] = [parseCount(values.count, '--count'), optional('threads'), optional('memory')];
  const start = values.start === '0' ? undefined : parseCount(values.start, '--start');
  const devices = DEVICES[values.device];
  if (!devices) throw usage(`--device "${values.device}" is not wasm, webgpu, all or none`);
  const work = await mkdtemp(join(tmpdir(), 'afterimage-bench-library-'));
  const log = (line: string) => console.log(`${line} …`);
  try {
    const bench = await bundlePage();
    const made = join(work, 'photos');
    const folder = values.photos ?? (devices.length > 0 ? await makePhotos(made, withWarm(count)) : work);
    const report = await measure(bench, devices, start, { folder, count, threads, memory, work, log });
    console.log(`\n${toMarkdown(report)}`);
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function measure(
  bench: string,
  devices: readonly Device[],
  pictures: number | undefined,
  options: TabOptions,
): Promise<LibraryReport> {
  const server = await servePage(bench, options.folder);
  const browser = await launch();
  const [reports, skipped]: [DeviceReport[], string[]] = [[], []];
  try {
    const origin = originOf(server);
    const isThere = devices.includes('webgpu') && (await hasGpu(browser, origin));
    for (const device of devices) {
      if (device === 'wasm' || isThere) reports.push(await measureDevice(browser, origin, device, options));
      else skipped.push('WebGPU, because this machine has no GPU.');
    }
  } finally {
    await browser.close();
    server.close();
  }
  if (pictures !== undefined) options.log(`Starts with ${pictures} pictures`);
  const start: StartReport | null = pictures === undefined ? null : await measureStart(pictures, bench);
  return { machine: describeMachine(`Chromium ${browser.version()}`), devices: reports, start, skipped };
}

/** Photographs of no subject: noise at several sizes, of the length that a photograph of this size has. */
async function makePhotos(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    const small = Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => ((i * 2654435761 + n * 40503) >>> 8) & 255);
    const image = sharp(small, { raw: { width: 24, height: 16, channels: 3 } }).resize(1200, 800, { kernel: 'cubic' });
    await image.jpeg({ quality: 88 }).toFile(join(folder, `${n}.jpg`));
  }
  return folder;
}
