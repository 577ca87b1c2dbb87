/** A collection that stays on its host: of 200,000 vectors, only the cells near to a query are read. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Request } from '@playwright/test';
import { embedTexts } from '../../scripts/bench/synthetic/embed.ts';
import { createSynthetic, type Synthetic } from '../../scripts/bench/synthetic/synthetic.ts';
import { createExactScan } from '../../scripts/bench/vectors/data/truth.ts';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { makeCollection, serveCounted, serveSite } from '../sites.ts';

const [COUNT, DIM, K] = [200_000, 512, 10];
/** Which `scripts/bench/synthetic/make.ts` takes by itself. */
const SEED = 1;
const CHUNK = 8192;
const WORDS = ['rocket', 'castle', 'a red car', 'people dancing', 'snow', 'an old book'];
/** Pictures that others are to be like, by their place in the collection: their cells lie far from each other. */
const PLACES = [1, 66_667, 133_333, 200_000];

/** Of the line, so that rounds of requests can be told apart on any machine. */
const LATENCY_MS = 100;

/** Ten results are on the screen. */
test.use({ viewport: { width: 1280, height: 1000 } });

// One after the other, because building takes a minute and a half.
test.describe.configure({ mode: 'default' });

let made: string;
let folder: string;
test.beforeAll(async () => {
  test.setTimeout(900_000);
  made = await mkdtemp(join(tmpdir(), 'afterimage-cells-'));
  folder = await makeCollection(made, { name: 'cells', title: 'Cells', index: 'cells', count: COUNT, dim: DIM });
});
test.afterAll(() => rm(made, { recursive: true, force: true }));

test('is searched by what is near, scrolled to its end, and searched without the network', async ({
  app,
  guard,
  page,
  context,
}) => {
  const site = await serveSite(folder);
  guard.allow(site.origin);
  guard.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to (load|fetch)/);
  await app.open(`${site.origin}/?c=cells&q=rocket`);
  await app.answered('rocket');
  await expect(
    page.getByText(/200,000 pictures searched in [\d.<]+ m?s\. Scores further down are estimates\.$/),
  ).toBeVisible();
  await app.openStatus();
  await expect(app.statusPanel).toContainText('only the cells near to it are read');
  await expect(app.statusPanel).toContainText(/Read in parts[\d.,]+ [kM]B of at most 256 MB/);
  await app.statusPanel.getByRole('button', { name: 'Delete what was read in parts' }).click();
  await expect(app.statusPanel).toContainText('What was read of collections on their host is deleted.');
  await expect(app.statusPanel).not.toContainText('Read in parts');
  await app.closeStatus();

  // Beyond the first two hundred, each picture once.
  await app.at(1).focus();
  await page.keyboard.press('Control+End');
  await expect(app.at(COUNT)).toHaveAttribute('href', /p=/);
  await page.keyboard.press('Control+Home');
  await expect(app.at(1)).toBeInViewport();

  const first = await app.top(3);
  await app.search('castle');
  await context.setOffline(true);
  await app.search('rocket');
  expect(await app.top(3)).toEqual(first);
  await context.setOffline(false);
});

test('finds the nearest by few bytes, in two rounds of requests', async ({ app, guard, page }) => {
  const site = await serveCounted(folder, LATENCY_MS);
  guard.allow(site.origin);
  const line = watchLine(page);
  await app.open(`${site.origin}/?c=cells`);
  expect(line.counted().requests).toBeGreaterThan(0);
  expect(line.counted().bytes, 'before the first answer').toBeLessThan(8e6);

  const pictures: Awaited<ReturnType<typeof pictureAt>>[] = [];
  for (const place of PLACES) pictures.push(await pictureAt(app, place));
  const synthetic = createSynthetic({ seed: SEED, dim: DIM });
  const words = await embedTexts(WORDS, 'random', join(folder, 'models'));
  const likes = new Float32Array(pictures.length * DIM);
  pictures.forEach(({ row }, i) => {
    likes.set(synthetic.pictures(row, 1), i * DIM);
  });
  const nearest = nearestRows(words.rows, synthetic);
  const nearestToPictures = nearestRows(likes, synthetic);

  for (const [i, word] of WORDS.entries()) {
    line.restart();
    await app.search(word);
    expect(shareFound(await rowsShown(app), nearest[i]), word).toBeGreaterThanOrEqual(0.8);
    if (i === 0) expect(line.counted().requests).toBeGreaterThan(0);
    expect(line.counted().bytes, word).toBeLessThan(1.5e6);
    expect(line.counted().rounds, word).toBeLessThanOrEqual(2);
  }

  const shares: number[] = [];
  for (const [i, { url, row }] of pictures.entries()) {
    line.restart();
    await app.go(url);
    await app.answered('like a picture');
    const others = nearestToPictures[i]?.filter((other) => other !== row);
    shares.push(shareFound(await rowsShown(app), others));
    expect(line.counted().requests, `like ${row}`).toBeGreaterThan(0);
    expect(line.counted().bytes, `like ${row}`).toBeLessThan(1.8e6);
    expect(line.counted().rounds, `like ${row}: its row, cell and vector before`).toBeLessThanOrEqual(5);
    await app.go('./?c=cells');
    await expect(app.grid).toHaveAccessibleName('All pictures');
  }
  expect(shares.reduce((sum, share) => sum + share) / shares.length).toBeGreaterThanOrEqual(0.93);
});

/** Where more like the picture at `place` (from 1, or near it) is asked for, and which of the vectors it is. */
async function pictureAt(app: AppPage, place: number): Promise<{ url: string; row: number }> {
  const part = (place - 1) / (COUNT - 1);
  await app.page.evaluate((part) => scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight)), part);
  await expect(app.at(place)).toHaveAttribute('href', /p=/);
  const id = /p=([0-9a-f]{16})/.exec((await app.at(place).getAttribute('href')) ?? '')?.[1];
  return { url: `./?c=cells&query=1_i.${id}`, row: rowOf((await app.at(place).textContent()) ?? '') };
}

/** The ten first results, as rows of the file of vectors. */
async function rowsShown(app: AppPage): Promise<number[]> {
  return (await app.top(K)).map(rowOf);
}

function rowOf(title: string): number {
  return Number(/row (\d+)/.exec(title)?.[1]);
}

/** For each query the rows nearest to it, one more than are looked at, by comparing all. */
function nearestRows(queries: Float32Array, synthetic: Synthetic): readonly (readonly number[])[] {
  const scan = createExactScan(queries, DIM, K + 1);
  for (let first = 0; first < COUNT; first += CHUNK) {
    scan.add(synthetic.pictures(first, Math.min(CHUNK, COUNT - first)), first);
  }
  return scan.truth().rows;
}

function shareFound(rows: readonly number[], nearest: readonly number[] = []): number {
  const right = nearest.slice(0, K);
  return rows.filter((row) => right.includes(row)).length / K;
}

/** Counts what the page reads of the collection but for its items; a round begins where nothing is on its way. */
function watchLine(page: Page) {
  let counted = { bytes: 0, requests: 0, rounds: 0 };
  let running = 0;
  const isRead = (request: Request) => /\/collections\/cells\/(?!items-)/.test(request.url());
  const end = async (request: Request) => {
    if (!isRead(request)) return;
    running--;
    counted.bytes += Number((await request.response())?.headers()['content-length'] ?? 0);
  };
  page.on('requestfinished', end);
  page.on('requestfailed', end);
  page.on('request', (request) => {
    if (!isRead(request)) return;
    if (running++ === 0) counted.rounds++;
    counted.requests++;
  });
  return {
    restart() {
      counted = { bytes: 0, requests: 0, rounds: 0 };
    },
    counted: () => counted,
  };
}
