import { expect, test } from '../fixtures.ts';

test.use({ viewport: { width: 390, height: 844 } });

test('at twice the size of text, no view scrolls sideways on a phone', async ({ app, page }) => {
  await page.addInitScript(() => {
    document.addEventListener('readystatechange', () => {
      document.documentElement.style.fontSize = '200%';
    });
  });
  for (const [address, shown] of [
    ['./', 'Describe a picture'],
    ['./?q=rocket', 'Results for'],
    ['./?q=tax+declaration', 'Results for'],
    ['./?view=albums', 'Albums'],
    ['./?view=log', 'Search log'],
    ['./?view=about', 'About Afterimage'],
    ['./?view=status', 'Status'],
  ] as const) {
    await test.step(address, async () => {
      await app.open(address);
      await expect(page.getByRole('heading', { name: shown }).first()).toBeVisible();
      await sidewaysFits();
    });
  }
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(1).click();
  await expect(app.detail).toBeVisible();
  await sidewaysFits();

  async function sidewaysFits(): Promise<void> {
    const wide = await page.evaluate(() => {
      const scrolls = [document.documentElement, ...document.querySelectorAll('dialog[open], .detail-side')];
      const beyond = [...document.querySelectorAll('body *')].filter((element) => {
        const { right, width } = element.getBoundingClientRect();
        return width > 1 && right > innerWidth + 1 && !element.closest('.chips, .strip > ul, .visually-hidden, pre');
      });
      return [
        ...scrolls.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1),
        ...beyond.slice(0, 5),
      ].map((element) => `${element.tagName}.${element.className}`);
    });
    expect.soft(wide, page.url()).toEqual([]);
  }
});

test('the status panel reaches the edge of the window, and the page below it keeps its width', async ({
  app,
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await app.open();
  const root = () => page.evaluate(() => document.documentElement.getBoundingClientRect().width);
  const grid = () => app.grid.evaluate((element) => element.getBoundingClientRect().width);
  expect(await root(), 'a scroll bar has its room').toBeLessThan(1280);
  const before = await grid();
  await app.openStatus();
  await expect.poll(() => app.statusPanel.evaluate((panel) => panel.getBoundingClientRect().right)).toBe(1280);
  expect(await grid()).toBe(before);
});
