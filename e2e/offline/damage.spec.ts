import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { canonicalJson, stringifyManifest } from '../../src/engine/collection/manifest.ts';
import type { CollectionManifest } from '../../src/engine/collection/types.ts';
import type { AppPage } from '../app-page.ts';
import { beforeWorker, expect, test } from '../fixtures.ts';

type Damage = 'missing' | 'truncated' | 'flipped';

/** Answer requests for `url` with what a bad disk, proxy or upload makes of it. */
async function damage(page: Page, url: RegExp, kind: Damage): Promise<void> {
  if (kind === 'missing') {
    await page.route(url, (route) => route.fulfill({ status: 404 }));
    return;
  }
  await change(page, url, (bytes) => {
    if (kind === 'truncated') return bytes.subarray(0, Math.floor(bytes.length / 2));
    const flipped = Buffer.from(bytes);
    // Past headers and the fields of a manifest that are not looked at.
    const place = Math.floor(bytes.length * 0.9);
    flipped[place] = (flipped[place] ?? 0) ^ 1;
    return flipped;
  });
}

async function change(page: Page, url: RegExp, edit: (bytes: Buffer) => Buffer): Promise<void> {
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const body = edit(await response.body());
    const { 'content-length': _, ...headers } = response.headers();
    await route.fulfill({ status: 200, headers, body });
  });
}

/** From here on, requests are answered as they are, and no handler is still at work. */
async function repair(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'wait' });
}

const COLLECTION = [
  { name: 'manifest', url: /demo\/manifest\.json$/, codes: ['collection-not-found', 'collection-invalid'] },
  { name: 'items', url: /demo\/items-.*\.bin(\.gz)?$/, codes: ['part-missing', 'part-corrupt'] },
  { name: 'vectors', url: /demo\/vectors-.*\.bin$/, codes: ['part-missing', 'part-corrupt'] },
  { name: 'graph', url: /demo\/graph-.*\.bin(\.gz)?$/, codes: ['part-missing', 'part-corrupt'] },
] as const;
const MODEL = [
  { name: 'model.json', url: /model\.json$/, codes: ['model-not-found', 'model-invalid'] },
  { name: 'text tower', url: /text_model\.onnx(\.gz)?$/, codes: ['part-missing', 'part-corrupt'] },
  { name: 'tokenizer', url: /tokenizer\.json(\.gz)?$/, codes: ['part-missing', 'part-corrupt'] },
  { name: 'runtime', url: /onnxruntime-wasm-.*\.wasm(\.xz|\.gz)?$/, codes: ['part-missing', 'part-corrupt'] },
] as const;

/** An error with its code and what to do, and no results. */
async function isRefused({ page, status, headline, pictures }: AppPage, code: string): Promise<void> {
  const alert = page.getByRole('alert').first();
  await expect(alert).toContainText(code);
  await expect(alert.getByRole('paragraph').first()).toContainText(/Reload|again|publish|Choose|pnpm/);
  await expect(status).toHaveAccessibleName('Status: Not working');
  await expect(headline.filter({ hasText: 'Results for' })).toHaveCount(0);
  await expect(pictures.filter({ hasText: /score/ })).toHaveCount(0);
}

for (const { name, url, codes } of [...COLLECTION, ...MODEL]) {
  // One bit in the digits of a golden vector is a model.json like any other; see the test of nonsense.
  const kind = name === 'model.json' ? 'truncated' : 'flipped';
  test(`${name}, ${kind}: an error, no results; then it can be tried again`, async ({ app, page }) => {
    await damage(page, url, kind);
    await page.goto('./?q=guitar');
    await isRefused(app, codes[1]);

    await repair(page);
    await page.getByRole('alert').first().getByRole('button', { name: 'Try again' }).click();
    await app.answered('guitar');
    expect((await app.top(1))[0]).toBe('guitar');
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}

for (const [kind, code] of [
  ['missing', 0],
  ['truncated', 1],
] as const) {
  test.describe(`what is ${kind}`, () => {
    // At a second visit it would fetch what is damaged for the first one.
    test.use({ serviceWorkers: 'block' });

    test('is an error with its code and what to do, and no results', async ({ guard, newTab }) => {
      guard.expect(/status of 404/);
      for (const { name, url, codes } of [...COLLECTION, ...MODEL]) {
        await test.step(name, async () => {
          const app = await newTab();
          await damage(app.page, url, kind);
          await app.page.goto('./?q=guitar');
          await isRefused(app, codes[code]);
          await repair(app.page);
          // What is kept would take the place of what is damaged next.
          await app.page.evaluate(async () => {
            for (const key of await caches.keys()) await caches.delete(key);
          });
          await app.page.close();
        });
      }
    });
  });
}

test('a manifest that is sealed but wrong in itself is refused', async ({ app, page }) => {
  await changeManifest(page, (manifest) => ({ ...manifest, dim: 128 }));
  await page.goto('./?q=rocket');
  await expect(page.getByRole('alert').first()).toContainText('collection-invalid');
  await expect(app.pictures).toHaveCount(0);
});

test('a collection of another model is refused', async ({ app, page }) => {
  await changeManifest(page, (manifest) => ({ ...manifest, model: { ...manifest.model, sha256: '0'.repeat(64) } }));
  await page.goto('./?q=rocket');
  await expect(page.getByRole('alert').first()).toContainText('collection-model-mismatch');
  await expect(app.pictures.filter({ hasText: /score/ })).toHaveCount(0);
});

test('a collection of a later version says so', async ({ page }) => {
  await changeManifest(page, (manifest) => ({ ...manifest, version: 99 as never }));
  await page.goto('./');
  await expect(page.getByRole('alert').first()).toContainText('collection-version');
});

test('a site without collections says how to make one', async ({ guard, page }) => {
  guard.expect(/status of 404/);
  await damage(page, /collections\/index\.json$/, 'missing');
  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'No pictures yet' })).toBeVisible();
  await expect(page.getByText('build-index')).toBeVisible();
});

test('a damaged list of collections is an error', async ({ app, page }) => {
  await damage(page, /collections\/index\.json$/, 'truncated');
  await page.goto('./');
  await expect(page.getByRole('alert').first()).toContainText('collection-invalid');
  await repair(page);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await app.ready();
});

test('a picture that does not load leaves its name', async ({ app, guard, page }) => {
  guard.expect(/status of 404/);
  await damage(page, /thumbs\//, 'missing');
  await page.goto('./?q=guitar');
  await app.answered('guitar');
  await expect(app.at(1).locator('.picture-name')).toHaveText('guitar');
});

test('a worker that does not start is tried again, and then said to be broken', async ({ app, guard, page }) => {
  guard.expect(/./);
  await beforeWorker(page, 'throw new Error("broken on purpose")', Number.POSITIVE_INFINITY);
  await page.goto('./?q=rocket');
  await expect(page.getByRole('alert').first()).toContainText('worker-died');
  await expect(app.status).toHaveAccessibleName('Status: Not working');
  await repair(page);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await app.answered('rocket');
});

async function changeManifest(page: Page, edit: (manifest: CollectionManifest) => CollectionManifest): Promise<void> {
  const url = /demo\/manifest\.json$/;
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const { sha256: _, ...changed } = edit((await response.json()) as CollectionManifest);
    // Sealed by hand: the engine would not seal what it would not read.
    const sha256 = createHash('sha256').update(canonicalJson(changed)).digest('hex');
    await route.fulfill({ contentType: 'application/json', body: stringifyManifest({ ...changed, sha256 }) });
  });
}
