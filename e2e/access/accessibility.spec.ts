import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures, OwnPictures } from '../library/own-pictures.ts';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe has against the page as it is, by rule and element; `rules` are the ones asked, by default all. */
async function violations(app: AppPage, rules?: readonly string[]): Promise<string[]> {
  const { page } = app;
  // By the debugger, which the policy does not bind; a script element would be refused.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await axe);
  const results = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    // In what is folded away none ever ends.
    const isSeen = ({ effect }: Animation) => (effect as KeyframeEffect | null)?.target?.checkVisibility() !== false;
    const seen = document.getAnimations().filter(isSeen);
    await Promise.all(seen.map((animation) => animation.finished.catch(() => undefined)));
    return axe.run({ resultTypes: ['violations'], ...(runOnly && { runOnly }) });
  }, rules);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** In an order in which few of them have to load the page again. */
const VIEWS: readonly { readonly name: string; open(app: AppPage): Promise<void> }[] = [
  { name: 'first screen', open: (app) => app.open('./') },
  {
    name: 'results',
    async open(app) {
      await app.go('./?q=rocket');
      await app.answered('rocket');
      await app.at(2).hover();
    },
  },
  {
    name: 'detail',
    async open(app) {
      await app.at(1).click();
      await expect(app.detail.getByRole('button', { name: /Good match/ })).toBeVisible();
    },
  },
  {
    name: 'enlarged picture',
    async open(app) {
      await expect(app.detail.locator('.strip [aria-current] img')).toBeVisible();
      for (const key of ['+', '+', '+']) await app.page.keyboard.press(key);
      await expect(app.detail.getByRole('button', { name: 'Show the whole picture' })).toBeVisible();
    },
  },
  {
    name: 'judging',
    async open(app) {
      await app.go('./?q=rocket');
      await expect(app.detail).toBeHidden();
      // Shown to fingers only.
      await app.page.locator('.judge-button').evaluate((button: HTMLElement) => button.click());
      await expect(app.page.getByRole('button', { name: /^Good match: / }).nth(3)).toBeVisible();
    },
  },
  {
    name: 'parts of a search',
    async open(app) {
      await app.go('./?query=1_w.dog_w-.cat_type.png');
      await app.answered('dog, not cat, type: png');
      await expect(app.page.getByRole('button', { name: 'Remove not cat' })).toBeVisible();
    },
  },
  {
    name: 'no match',
    async open(app) {
      await app.go('./?q=tax+declaration');
      await app.answered('tax declaration');
      await expect(app.page.getByRole('list', { name: 'Examples' })).toBeVisible();
    },
  },
  {
    name: 'by date',
    async open(app) {
      await app.go('./?sort=newest');
      await expect(app.page.locator('.grid-divider').first()).toBeVisible();
    },
  },
  {
    name: 'duplicates',
    async open(app) {
      await app.go('./?view=copies');
      await app.page.getByRole('tab', { name: 'Similar' }).click();
      await expect(app.page.locator('.copies-best').first()).toBeVisible();
    },
  },
  {
    name: 'log',
    async open(app) {
      await app.go('./?view=log');
      await app.page.getByText('Rating and results').first().click();
      await expect(app.page.getByRole('group', { name: /^Rate “/ })).toBeVisible();
    },
  },
  {
    name: 'figures of the log',
    async open(app) {
      await app.page.getByRole('tab', { name: 'Figures' }).click();
      await expect(app.page.locator('canvas').first()).toBeVisible();
    },
  },
  {
    name: 'status',
    async open(app) {
      await app.go('./?view=status');
      await expect(app.fact('Storage')).toBeVisible();
    },
  },
  {
    name: 'about',
    async open(app) {
      await app.go('./?view=about');
      await expect(app.page.getByText('hnswlib-wasm')).toBeVisible();
    },
  },
  {
    name: 'own pictures, before the first',
    async open(app) {
      await new OwnPictures(app.page).open();
      await expect(app.page.getByRole('heading', { name: 'What happens then' })).toBeVisible();
    },
  },
  {
    name: 'own pictures',
    async open(app) {
      const own = new OwnPictures(app.page);
      await own.open();
      const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
      await own.input.setInputFiles([...(await drawPictures(2)), broken]);
      await expect(app.page.getByRole('heading', { name: '1 file could not be added' })).toBeVisible();
      await own.has(2);
      await app.page.getByRole('button', { name: 'Delete all my pictures' }).click();
      await app.page.getByText('Make a collection for a site').click();
      await expect(app.page.getByRole('button', { name: 'Save the collection' })).toBeVisible();
    },
  },
  {
    name: 'selecting own pictures',
    async open(app) {
      await app.open('./?c=library');
      await app.page.getByRole('button', { name: 'Select', exact: true }).click();
      await app.at(1).click();
      await expect(app.page.getByRole('button', { name: 'Delete', exact: true })).toBeEnabled();
    },
  },
  {
    name: 'adding to an album',
    async open(app) {
      await app.page.getByRole('button', { name: 'Add to album' }).click();
      await expect(app.page.getByRole('textbox', { name: 'Name of a new album' })).toBeVisible();
    },
  },
  {
    name: 'albums',
    async open(app) {
      await app.page.getByRole('textbox', { name: 'Name of a new album' }).fill('At sea');
      await app.page.getByRole('button', { name: 'Make the album' }).click();
      await app.page.getByRole('button', { name: 'Show albums' }).click();
      await expect(app.page.getByRole('link', { name: /^At sea/ })).toBeVisible();
    },
  },
  {
    name: 'failure',
    async open(app) {
      await app.page.goto('./?c=missing');
      await expect(app.page.getByRole('alert').first()).toBeVisible();
    },
  },
];

for (const [size, viewport] of [
  ['phone', { width: 360, height: 740 }],
  ['desktop', { width: 1280, height: 800 }],
] as const) {
  test.describe(size, () => {
    test.use({ viewport });

    test('axe finds nothing, in light and dark, and nothing is wider than the window', async ({ app, page }) => {
      for (const { name, open } of VIEWS) {
        await test.step(name, async () => {
          await page.emulateMedia({ colorScheme: 'light' });
          await open(app);
          expect.soft(await violations(app), name).toEqual([]);
          const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          expect.soft(content, `width of ${name}`).toBeLessThanOrEqual(window ?? 0);
          await page.emulateMedia({ colorScheme: 'dark' });
          expect.soft(await violations(app, ['color-contrast']), `${name}, dark`).toEqual([]);
        });
      }
    });
  });
}

test('nothing moves for who wants no motion', async ({ app, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(1).hover();
  await app.at(1).click();
  await expect(app.detail).toBeVisible();
  await page.keyboard.press('+');
  await expect(app.detail.locator('.stage-frame')).toHaveAttribute('data-gliding', '');
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        const seconds = [...transitionDuration.split(','), ...(animationName === 'none' ? [] : [animationDuration])];
        return seconds.some((duration) => Number.parseFloat(duration) > 0.01);
      })
      .map((element) => element.className),
  );
  expect(moving).toEqual([]);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe('auto');
});
