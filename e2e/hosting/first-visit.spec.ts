import type { Page } from '@playwright/test';
import { kindOf } from '../../scripts/bench/first-visit/kinds.ts';
import { expect, hold, test } from '../fixtures.ts';
import { serveCounted } from '../sites.ts';

/** What a first visit may download until its first answer, on a host that compresses nothing. */
const MOST_BYTES = 9_000_000;

let site: Awaited<ReturnType<typeof serveCounted>>;

test.beforeEach(async ({ guard }) => {
  site = await serveCounted();
  guard.allow(site.origin);
});

const paths = (kind: ReturnType<typeof kindOf>) =>
  site.sent.map(({ path }) => path).filter((path) => kindOf(path) === kind);

/** Has the page note when its first answer is there: a test may look long after. */
async function noteAnswer(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!/“rocket”/.test(document.querySelector('main h2')?.textContent ?? '')) return;
      observer.disconnect();
      Object.assign(window, { answeredAt: Date.now() });
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  });
}

test('a first visit downloads little, what it needs alone, and nothing twice', async ({ app, page }) => {
  await noteAnswer(page);
  await page.goto(`${site.origin}/?q=rocket&device=wasm`);
  await app.answered('rocket');
  const answered = await page.evaluate(() => (window as unknown as { answeredAt: number }).answeredAt);
  // From then on the service worker fetches what the page needs without a network.
  const before = site.sent.filter(({ end }) => end <= answered);
  const bytes = before.reduce((sum, one) => sum + one.bytes, 0);
  expect(bytes).toBeGreaterThan(MOST_BYTES / 2);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(paths('runtime')).toEqual([expect.stringMatching(/onnxruntime-wasm-.*\.wasm\.(xz|gz)$/)]);
  expect(paths('model').filter((path) => path.includes('vision'))).toEqual([]);

  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  const whole = site.sent.filter(({ status }) => status === 200).map(({ path }) => path);
  const twice = whole.filter((path, i) => whole.indexOf(path) < i);
  // The service worker fetches the few small files whose names say nothing of their content for its own version.
  expect(twice.filter((path) => /^\/(assets|models|collections)\//.test(path))).toEqual([]);
});

test('says beforehand what the search needs, asks who saves data, and can be stopped', async ({ app, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await page.goto(`${site.origin}/?device=wasm`);
  const main = page.locator('main');
  await expect(main.getByText(/^Search needs \d\.\d MB, once\.$/)).toBeVisible();
  await expect(app.at(1).locator('.picture')).toHaveAttribute('data-state', 'shown');
  expect(paths('runtime')).toEqual([]);

  const release = await hold(page, /text_model\.onnx(\.gz)?$/);
  await main.getByRole('button', { name: 'Load the search' }).click();
  await expect(main.getByText(/^Loading /)).toBeVisible();
  await main.getByRole('button', { name: 'Stop the search' }).click();
  await expect(main.getByText(/^Search needs /)).toBeVisible();
  release();
  await app.field.fill('rocket');
  await main.getByRole('button', { name: 'Load the search' }).click();
  await app.answered('rocket');
});
