import axe from 'axe-core';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type Database, openDatabase } from '../../db/database.ts';
import { asks, exportOf, loggedSearch } from '../../db/testing-records.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { showLog } from './testing.ts';
import '../styles/main.css';

let name = '';
let count = 0;
let database: Database;
let cleanup = () => {};

beforeEach(async () => {
  name = `log-view-${Date.now()}-${count++}`;
  database = await openDatabase({ name });
});

afterEach(async () => {
  cleanup();
  database.close();
  await deleteDB(name);
});

function show(open: () => Promise<Database> = () => openDatabase({ name })): void {
  cleanup = showLog(name, open);
}

async function fill(): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await database.restore(
      loggedSearch(i, {
        ...asks(i % 2 ? `rocket ${i}` : `dog ${i}`),
        collection: i < 60 ? 'demo' : 'photos',
        rating: i < 110 ? null : i - 109,
        encodeMs: 2 + (i % 13),
        searchMs: 0.2 + (i % 5) / 10,
      }),
    );
  }
}

const queries = () => [...document.querySelectorAll('.log-query')].map((link) => link.textContent);
/** What is counted a moment after a change counts so many searches. */
const figuresSay = async (searches: number) => {
  await expect.element(page.getByText(new RegExp(` of ${searches} searches rated`))).toBeVisible();
};
const importText = (text: string) =>
  userEvent.upload(page.getByLabelText('Log to import'), new File([text], 'log.jsonl', { type: 'application/jsonl' }));

async function violations(): Promise<string[]> {
  // While a colour changes, it is none of the theme's.
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('the page of the log', () => {
  it('says what it is for while it is empty', async () => {
    show();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Export' })).toBeDisabled();
  });

  it('lists searches newest first, a page more at a time', async () => {
    await fill();
    show();
    await expect.poll(queries).toHaveLength(50);
    expect(queries()[0]).toBe('rocket 119');
    await page.getByRole('button', { name: /Show more/ }).click();
    await expect.poll(queries).toHaveLength(100);
    await page.getByRole('button', { name: /Show more/ }).click();
    await expect.poll(queries).toHaveLength(120);
    await expect.poll(() => page.getByRole('button', { name: /Show more/ }).elements()).toEqual([]);
  });

  it('links to the search itself', async () => {
    await database.restore(loggedSearch(1, { ...asks('red & blue'), collection: 'demo' }));
    show();
    await expect
      .element(page.getByRole('link', { name: 'red & blue' }))
      .toHaveAttribute('href', '?q=red+%26+blue&c=demo');
  });

  it('links to a search that is more than words', async () => {
    await database.restore(loggedSearch(1, { query: '1_w.dog_w-.cat_type.png', text: 'dog, not cat, type: png' }));
    show();
    await expect
      .element(page.getByRole('link', { name: 'dog, not cat, type: png' }))
      .toHaveAttribute('href', '?query=1_w.dog_w-.cat_type.png&c=demo');
  });

  it('filters by text, rating and collection', async () => {
    await fill();
    show();
    await page.getByLabelText('Search the log').fill('ROCKET 9');
    await expect.poll(queries).toEqual(['rocket 99', 'rocket 97', 'rocket 95', 'rocket 93', 'rocket 91', 'rocket 9']);
    await page.getByLabelText('Collection').selectOptions('demo');
    await expect.poll(queries).toEqual(['rocket 9']);
    await page.getByLabelText('Rating', { exact: true }).selectOptions('Rated');
    await expect.element(page.getByText(/Loosen the filter/)).toBeVisible();
    await page.getByLabelText('Search the log').fill('');
    await page.getByLabelText('Collection').selectOptions('All collections');
    await page.getByLabelText('Rating', { exact: true }).selectOptions('Rated 10');
    await expect.poll(queries).toEqual(['rocket 119']);
  });

  it('lets go of a collection whose last search was deleted', async () => {
    await database.restore(loggedSearch(1, { ...asks('dog'), collection: 'demo', rating: 9 }));
    await database.restore(loggedSearch(2, { ...asks('cat'), collection: 'more' }));
    await database.restore(loggedSearch(3, { ...asks('rocket'), collection: 'photos' }));
    show();
    const select = page.getByLabelText('Collection');
    for (const [collection, query] of [
      ['more', 'cat'],
      ['photos', 'rocket'],
    ] as const) {
      await select.selectOptions(collection);
      await expect.poll(queries).toEqual([query]);
      await page.getByRole('button', { name: `Delete the search “${query}”` }).click();
      await expect.element(page.getByText(/Loosen the filter/)).toBeVisible();
      await figuresSay(query === 'cat' ? 2 : 1);
      await expect.element(select).toHaveValue(collection);
    }
    await select.selectOptions('All collections');
    await expect.poll(queries).toEqual(['dog']);
    const options = () => [...select.element().children].map((option) => option.textContent);
    await expect.poll(options).toEqual(['All collections', 'demo']);
  });

  it('does not speak of a filter where the log is empty', async () => {
    await database.restore(loggedSearch(1, asks('dog')));
    show();
    await page.getByLabelText('Search the log').fill('dog');
    await page.getByRole('button', { name: 'Delete the search “dog”' }).click();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
  });

  it('rates, judges and withdraws', async () => {
    await database.restore(loggedSearch(1));
    const { id } = loggedSearch(1);
    show();
    await page.getByText('Rating and results').click();
    await userEvent.click(page.getByRole('radio', { name: '7' }));
    await expect.poll(async () => (await database.get(id))?.rating).toBe(7);
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(async () => (await database.get(id))?.rating).toBe(8);
    await expect.element(page.getByText('1 of 1 searches rated, 8.0 on average.')).toBeVisible();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await expect.poll(async () => (await database.get(id))?.rating).toBeNull();

    const thumb = page.getByRole('button', { name: 'Bad match: dog face' });
    await thumb.click();
    await expect.element(thumb).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(async () => (await database.get(id))?.judgements).toEqual({ '0123456789abcdef': 'down' });
    await thumb.click();
    await expect.poll(async () => (await database.get(id))?.judgements).toEqual({});
    await expect.element(page.getByRole('radio', { name: '7' })).toBeVisible(); // the entry stayed open all the while
  });

  it('deletes one with undo, and all after asking', async () => {
    await fill();
    show();
    await page.getByRole('button', { name: 'Delete the search “rocket 119”' }).click();
    await expect.poll(() => queries()[0]).toBe('dog 118');
    await expect.element(page.getByRole('button', { name: 'Undo' })).toHaveFocus();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => queries()[0]).toBe('rocket 119');
    await page.getByRole('button', { name: 'Delete all', exact: true }).click();
    await page.getByRole('button', { name: 'Keep them' }).click();
    await page.getByRole('button', { name: 'Delete all', exact: true }).click();
    await page.getByRole('button', { name: 'Delete all 120 searches' }).click();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    expect((await database.stats()).count).toBe(0);
  });

  it('takes an import and says what came of it', async () => {
    await database.restore(loggedSearch(1));
    show();
    await importText(exportOf([loggedSearch(1), loggedSearch(2, asks('imported'))]));
    await expect.element(page.getByText('log.jsonl: 1 added, 0 updated, 1 were there already.')).toBeVisible();
    await expect.element(page.getByRole('link', { name: 'imported' })).toBeVisible();
  });

  it('names the lines of an import that is refused', async () => {
    await database.restore(loggedSearch(1));
    show();
    await importText(exportOf([loggedSearch(2), { ...loggedSearch(3), rating: 11 }]));
    await expect
      .element(page.getByRole('list', { name: 'Lines that were refused' }))
      .toHaveTextContent(/Line 3: rating/);
    expect((await database.stats()).count).toBe(1);
  });

  it('exports what can be imported', async () => {
    await fill();
    show();
    const files: Blob[] = [];
    const create = vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      files.push(file as Blob);
      return '#';
    });
    await page.getByRole('button', { name: 'Export' }).click();
    await expect.element(page.getByText('Exported.')).toBeVisible();
    create.mockRestore();
    expect(files).toHaveLength(1);
    await database.clear();
    expect(await database.importLines(files[0] ?? new Blob())).toMatchObject({ added: 120 });
  });

  it('follows what another tab does', async () => {
    show();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    await database.restore(loggedSearch(1, asks('from elsewhere')));
    await expect.element(page.getByRole('link', { name: 'from elsewhere' })).toBeVisible();
    await database.rate(loggedSearch(1).id, 9);
    await expect.element(page.getByText('Rated 9 of 10')).toBeVisible();
    await database.clear();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
  });

  it('says why it is off, and tries again', async () => {
    let works = false;
    show(() =>
      works ? openDatabase({ name }) : Promise.reject(new AfterimageError('database-blocked', 'Close the other tabs.')),
    );
    await expect.element(page.getByRole('alert')).toHaveTextContent(/Close the other tabs/);
    works = true;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
  });

  it('begins with its list, and has figures as plots and as tables behind a tab', async () => {
    await fill();
    show();
    await expect.poll(queries).toHaveLength(50);
    expect(document.querySelector('.plot')).toBeNull();
    const figures = page.getByRole('tab', { name: 'Figures' });
    await figures.click();
    await expect.element(figures).toHaveAttribute('aria-selected', 'true');
    await userEvent.keyboard('{ArrowLeft}');
    await expect.element(page.getByRole('tab', { name: 'Searches' })).toHaveFocus();
    await expect.poll(queries).toHaveLength(50);
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(() => document.querySelectorAll('.plot canvas').length).toBe(2);
    await expect.element(page.getByText(/10 of 120 searches rated, 5.5 on average/)).toBeVisible();
    await page.getByText('As a table').first().click();
    await expect.element(page.getByRole('row', { name: '10 1' })).toBeVisible();
  });

  it.each(['light', 'dark'])('has no accessibility violations in the %s theme', async (theme) => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.lang = 'en';
    await fill();
    show();
    await page.getByText('Rating and results').first().click();
    await userEvent.click(page.getByRole('radio', { name: '7' }));
    await expect.element(page.getByText('10 of 120 searches rated, 5.2 on average.')).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByRole('tab', { name: 'Figures' }).click();
    await expect.poll(() => document.querySelectorAll('.plot canvas').length).toBe(2);
    expect(await violations()).toEqual([]);
    delete document.documentElement.dataset.theme;
  });
});
