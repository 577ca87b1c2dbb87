import { expect, test } from '../fixtures.ts';
import { line } from './line.ts';

test('the newest query wins, and no older answer is shown after it', async ({ app, page }) => {
  await app.open();
  await page.evaluate(() => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    new MutationObserver(() => {
      const text = /“(.*)”/.exec(document.querySelector('main h2')?.textContent ?? '')?.[1];
      if (text !== undefined && text !== shown.at(-1)) shown.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const last = 'rocket ship';
  const typed = Array.from(last, (_, i) => last.slice(0, i + 1));
  await app.field.pressSequentially(last);
  await app.answered('rocket ship');
  expect((await app.top(3)).join()).toContain('rocket');
  const shown = await page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  const order = shown.map((text) => typed.indexOf(text));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(shown.at(-1)).toBe('rocket ship');
});

test('the address is the whole state: link, Back, Forward and reload', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await expect(app.field).toHaveValue('rocket');

  await app.field.fill('dog');
  await app.field.press('Enter');
  await app.answered('dog');
  await expect(page).toHaveURL(/\?q=dog$/);
  await expect(page).toHaveTitle('dog · Afterimage');

  await page.goBack();
  await app.answered('rocket');
  await expect(app.field).toHaveValue('rocket');
  await page.goForward();
  await app.answered('dog');
  await page.reload();
  await app.answered('dog');
  await expect(app.field).toHaveValue('dog');
  await page.goBack();
  await app.answered('rocket');
});

test('typing makes one history entry, not one for each letter', async ({ app, page }) => {
  await app.open();
  await app.type('guitar');
  await app.answered('guitar');
  await expect(page).toHaveURL(/\?q=guitar$/);
  await page.goBack();
  await expect(app.field).toHaveValue('');
  await expect(app.grid).toHaveAccessibleName('All pictures');
});

test('a slash goes to the field after a search was rated', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const nine = page.getByRole('group', { name: 'Rate this search' }).getByRole('radio', { name: '9', exact: true });
  await nine.check();
  await expect(nine).toBeFocused();
  await page.keyboard.press('/');
  await expect(app.field).toBeFocused();
});

test('the exact index and the graph agree on the best pictures', async ({ app, newTab }) => {
  const exact = await newTab();
  await app.open('./?index=hnsw');
  await exact.open('./?index=exact');
  for (const query of ['dog', 'flag', 'happy face']) {
    await app.search(query);
    await exact.search(query);
    expect(await app.top(8)).toEqual(await exact.top(8));
  }
  await exact.openStatus();
  await expect(exact.fact('Index')).toContainText('Exact scan');
  await expect(exact.fact('Index')).toContainText('It was asked for');
});

test.describe('on a page that is open', () => {
  test.use({ samePage: true });

  test('a slash goes to the field, Escape clears it and shows all pictures again', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    await app.at(1).focus();
    await page.keyboard.press('/');
    await expect(app.field).toBeFocused();
    await expect(app.field).toHaveValue('rocket');
    await page.keyboard.press('Escape');
    await expect(app.field).toHaveValue('');
    await expect(app.field).toBeFocused();
    await expect(app.grid).toHaveAccessibleName('All pictures');
    await page.keyboard.press('/');
    await expect(app.field).toHaveValue('/');
  });

  test('a pasted text that is too long is cut, and the page says so', async ({ app, page }) => {
    await app.open();
    await app.field.focus();
    await page.keyboard.insertText('dog '.repeat(200));
    await expect(app.field).toHaveValue('dog '.repeat(125));
    await expect(app.notices).toContainText('The text was cut: only its first 500 characters are searched for.');
    await page.keyboard.press('Backspace');
    await expect(app.notices).not.toContainText('The text was cut');
  });

  test('each result has its score, and the headline says how long it took', async ({ app, page }) => {
    await app.open();
    await app.search('cat');
    await app.top(5);
    const scores = (await app.shown()).map(({ score }) => score ?? Number.NaN);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    await expect(page.getByText(/^Text read in [\d.<]+ m?s, 1,594 pictures searched in [\d.<]+ m?s\.$/)).toBeVisible();
  });

  test('name and score of a picture are shown while it has the pointer or the keyboard, and in the detail view', async ({
    app,
    page,
  }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    const opacity = (place: number) =>
      app
        .at(place)
        .locator('.cell-caption')
        .evaluate((caption) => getComputedStyle(caption).opacity);
    await page.mouse.move(0, 0);
    expect([await opacity(1), await opacity(2)]).toEqual(['0', '0']);
    await app.at(1).hover();
    await expect.poll(() => opacity(1)).toBe('1');
    await app.field.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => opacity(2)).toBe('1');
    await page.keyboard.press('Enter');
    await expect(app.detail.getByText('Score')).toBeVisible();
  });

  test('says in place that it is not sure of something absent, and what is nearest stays reachable', async ({
    app,
    page,
  }) => {
    await app.open();
    await app.search('tax declaration');
    await expect(line(app, 'Not sure: the closest I have')).toBeVisible();
    await expect(app.at(1)).toBeVisible();
    for (const other of ['Sure', 'Less sure']) await expect(line(app, other)).toBeHidden();
    await expect(page.getByText(/^Not sure of any of these/)).toBeVisible();
  });

  test('what is right is never below a line that says otherwise', async ({ app }) => {
    await app.open();
    for (const query of ['love', 'happy', 'party', 'animal', 'musical instrument']) {
      await app.search(query);
      await app.top(1);
      const [sure, first] = [await line(app, 'Sure').boundingBox(), await app.at(1).boundingBox()];
      expect(sure?.y, query).toBeLessThan(first?.y ?? 0);
    }
  });

  test('the headline does not change its words while one types', async ({ app, page }) => {
    await app.open();
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      new MutationObserver(() => {
        const text = document.querySelector('main h2')?.textContent?.replace(/“.*”/, '') ?? '';
        if (text !== '' && text !== said.at(-1)) said.push(text);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await app.field.pressSequentially('musical instrument');
    await app.answered('musical instrument');
    expect(await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)).toEqual(['Results for ']);
  });

  test('where nothing matches, an example is a click away, or a few keys', async ({ app, page }) => {
    const examples = page.getByRole('list', { name: 'Examples' });
    await app.open();
    await app.search('something spooky');
    await expect(page.getByText('Try others, or one of these:')).toBeVisible();
    await examples.getByRole('button', { name: 'something scary' }).click();
    await app.answered('something scary');
    expect(await app.top(3)).toContain('zombie');
    await expect(examples).toBeHidden();
    await expect(app.field).toBeFocused();

    await page.goBack();
    await app.answered('something spooky');
    await expect(examples).toBeVisible();
    await app.field.focus();
    for (const name of ['Search by a picture', 'Clear', 'Names', 'What can be typed', 'Save this search']) {
      await page.keyboard.press('Tab');
      await expect(page.getByRole('button', { name })).toBeFocused();
    }
    await page.keyboard.press('Tab');
    await expect(examples.getByRole('button').first()).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(line(app, 'Less sure')).toBeVisible();
    await expect(app.field).toBeFocused();
  });

  test('lines divide sure results from less sure ones, and these from the rest', async ({ app }) => {
    await app.open();
    await app.search('rocket');
    const placeOf = async (name: string) => {
      await line(app, name).scrollIntoViewIfNeeded();
      return (await line(app, name).boundingBox())?.y ?? Number.NaN;
    };
    await app.top(3);
    const sure = await placeOf('Sure');
    const first = await app.at(1).boundingBox();
    expect(sure).toBeLessThan(first?.y ?? 0);
    const rest = await placeOf('Not sure');
    expect(rest).toBeGreaterThan((await app.at(1).boundingBox())?.y ?? Number.POSITIVE_INFINITY);
  });

  test('scrolling reaches every picture, each once, in the order of their scores', async ({ app, page }) => {
    await app.open('./?q=fruit');
    await app.answered('fruit');
    await app.at(1).focus();
    const seen = new Map<number, { href: string; score: number }>();
    // By whole screens, as a person does with the keyboard; beyond 200 the pages come from the exact scan.
    for (let last = 0; last < 1594; ) {
      await expect(app.grid.locator('a:not([href*="p="])')).toHaveCount(0);
      const cells = await app.pictures.evaluateAll((links) =>
        links.map((link) => ({
          place: Number((link as HTMLElement).dataset.cell) + 1,
          href: link.getAttribute('href') ?? '',
          score: Number(/score (-?[\d.]+)/.exec(link.textContent ?? '')?.[1]),
        })),
      );
      for (const { place, ...cell } of cells) seen.set(place, cell);
      last = Math.max(...seen.keys());
      await page.keyboard.press('PageDown');
      await expect(app.grid.locator('a:focus')).not.toHaveAttribute('data-cell', String(last));
      if (seen.size === 1594) break;
      await page.keyboard.press('End');
    }
    expect(seen.size).toBe(1594);
    expect(new Set([...seen.values()].map(({ href }) => href)).size).toBe(1594);
    const scores = [...seen].sort(([a], [b]) => a - b).map(([, { score }]) => score);
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeLessThanOrEqual(scores[i - 1] as number);
  });
});
