/** How long the page stands still when a folder with very many files is chosen through an input. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { parseCount, parseOnlyOptions, runScript } from '../../cli/cli.ts';
import { PUBLIC_FOLDER } from '../../repository/folders.ts';
import { serve } from '../../serve/serve.ts';
import { describeMachine } from '../machine.ts';
import { launch, originOf, prepareSite } from '../site.ts';

const HELP = `
Usage: npx tsx scripts/bench/library/many-files.ts [options]

Chooses a folder of small files in the built site and prints for how long the page stood still before its own code had the
list (the browser's part) and after, until all files were in the queue, which is then cancelled.

  --count <n>      files (20000)
  --site <folder>  a built site (that of this checkout, which is built where it is not there)
`;

interface Stills {
  /** Milliseconds: the longest time that the page stood still, and all of 100 ms and more together. */
  readonly longest: number;
  readonly sum: number;
}

await runScript(HELP, async (args) => {
  const values = parseOnlyOptions([...args], {
    count: { type: 'string', default: '20000' },
    site: { type: 'string' },
  });
  const count = parseCount(values.count, '--count');
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-many-files-'));
  const server = await serve({
    site: values.site ?? (await prepareSite()),
    publicFolder: PUBLIC_FOLDER,
    host: '127.0.0.1',
    port: 0,
  });
  const browser = await launch();
  try {
    await makeFiles(folder, count);
    const page = await browser.newPage();
    await page.goto(`${originOf(server)}?view=library`);
    await page.getByRole('heading', { name: 'Add pictures' }).waitFor();
    const { before, after, seconds } = await choose(page, folder, count);
    const { date, cpu, cores } = describeMachine(`Chromium ${browser.version()}`);
    console.log(`${date}, Chromium ${browser.version()}; ${cpu}, ${cores} cores; ${count} files`);
    console.log(`before the page has the list: longest ${ms(before.longest)}, together ${ms(before.sum)}`);
    console.log(`until all are in the queue: longest ${ms(after.longest)}, together ${ms(after.sum)}, of ${seconds} s`);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
});

const ms = (value: number) => `${value.toFixed(0)} ms`;

async function makeFiles(folder: string, count: number): Promise<void> {
  const dot = { create: { width: 8, height: 8, channels: 3 as const, background: '#357' } };
  const jpeg = await sharp(dot).jpeg().toBuffer();
  for (let n = 0; n < count; n++) {
    const within = join(folder, `${Math.floor(n / 1000)}`);
    if (n % 1000 === 0) await mkdir(within);
    // Bytes behind the end of a JPEG are no part of its picture.
    await writeFile(join(within, `${n}.jpg`), Buffer.concat([jpeg, Buffer.from(`${n}`)]));
  }
}

async function choose(page: Page, folder: string, count: number) {
  await page.evaluate(watchStills);
  await page.getByLabel('Folder of pictures').setInputFiles(folder, { timeout: 300_000 });
  await page.waitForFunction(isQueued, count, { timeout: 300_000, polling: 100 });
  const [changed, times] = await page.evaluate(() => {
    const { changed, times } = (globalThis as unknown as { stills: Watched }).stills;
    return [changed, times] as const;
  });
  await page.getByRole('button', { name: 'Cancel' }).click();
  const seconds = (((times.at(-1) ?? 0) - changed) / 1000).toFixed(1);
  return { before: stills(times, 0, changed), after: stills(times, changed, Number.POSITIVE_INFINITY), seconds };
}

interface Watched {
  changed: number;
  readonly times: number[];
}

/** In the page: when it could do something, and when the input had changed. */
function watchStills(): void {
  const watched: Watched = { changed: 0, times: [performance.now()] };
  Object.assign(globalThis, { stills: watched });
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    if (now - (watched.times.at(-1) ?? 0) > 1) watched.times.push(now);
    setTimeout(() => port2.postMessage(0), 2);
  };
  port2.postMessage(0);
  const onChange = () => {
    watched.changed = performance.now();
  };
  addEventListener('change', onChange, { capture: true, once: true });
}

/** In the page: all files are in the queue, or done already. */
function isQueued(count: number): boolean {
  const facts = [...document.querySelectorAll('.library-queue dd')].map((one) =>
    Number((one.textContent ?? '').replaceAll(',', '')),
  );
  return facts.filter((value) => !Number.isNaN(value)).reduce((sum, value) => sum + value, 0) >= count;
}

function stills(times: readonly number[], from: number, to: number): Stills {
  const gaps = times.slice(1).flatMap((time, i) => {
    const begin = times[i] ?? time;
    // A time in which the event itself was waiting belongs to what came before it.
    const [start, end] = [Math.max(begin, from), Math.min(time, to)];
    return end > start ? [end - start] : [];
  });
  const long = gaps.filter((gap) => gap >= 100);
  return { longest: Math.max(0, ...gaps), sum: long.reduce((sum, gap) => sum + gap, 0) };
}
