import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Locator, page, userEvent } from 'vitest/browser';
import { type Database, openDatabase } from '../../db/database.ts';
import { asks, loggedSearch } from '../../db/testing-records.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { showLog } from './testing.ts';
import '../styles/main.css';

let name = '';
let count = 0;
let database: Database;
let cleanup = () => {};

beforeEach(async () => {
  name = `log-focus-${Date.now()}-${count++}`;
  database = await openDatabase({ name });
});

afterEach(async () => {
  cleanup();
  database.close();
  await deleteDB(name);
});

async function fill(searches: number): Promise<void> {
  for (let i = 0; i < searches; i++) await database.restore(loggedSearch(i, asks(`dog ${i}`)));
}

async function press(button: Locator): Promise<void> {
  await expect.element(button).toBeEnabled();
  (button.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const open = () => openDatabase({ name });

describe('the keyboard in the page of the log, where the button that was pressed goes', () => {
  it('stays at what was restored, which is said', async () => {
    await fill(3);
    cleanup = showLog(name, open);
    await press(button('Delete the search “dog 1”'));
    await expect.element(button('Undo')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('Restored “dog 1”.')).toBeVisible();
    await expect.poll(() => document.activeElement?.textContent).toBe('Restored “dog 1”.');
    expect(document.activeElement?.role).toBe('status');
    await expect.element(button('Delete the search “dog 1”')).toBeVisible();
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByRole('link', { name: 'dog 2' })).toHaveFocus();
    // What was said does not outlive what it is about.
    await button('Delete all').click();
    await button('Delete all 3 searches').click();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    await expect.poll(() => page.getByText(/Restored/).elements()).toEqual([]);
  });

  it('returns from the question whether to delete all', async () => {
    await fill(2);
    cleanup = showLog(name, open);
    await press(button('Delete all'));
    await expect.element(button('Keep them')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Delete all')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await press(button('Delete all 2 searches'));
    await expect.element(page.getByText('The log is empty.')).toBeVisible();
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    await expect.poll(() => button('Delete all').elements()).toEqual([]);
    await expect.poll(() => document.activeElement?.textContent).toBe('The log is empty.');
  });

  it('goes on with the first of the last page', async () => {
    await fill(110);
    cleanup = showLog(name, open);
    await press(button('Show more, 50 shown'));
    await expect.element(button('Show more, 100 shown')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => document.querySelectorAll('.log-entry').length).toBe(110);
    await expect.poll(() => document.activeElement?.querySelector('.log-query')?.textContent).toBe('dog 9');
  });

  it('stays at the export', async () => {
    await fill(2);
    cleanup = showLog(name, open);
    const create = vi.spyOn(URL, 'createObjectURL').mockReturnValue('#');
    await press(button('Export'));
    await expect.element(page.getByText('Exported.')).toBeVisible();
    create.mockRestore();
    await expect.element(button('Export')).toHaveFocus();
  });

  it('goes to the title when the log could be opened after all', async () => {
    let works = false;
    cleanup = showLog(name, () =>
      works ? open() : Promise.reject(new AfterimageError('database-blocked', 'Close the other tabs.')),
    );
    await expect.element(button('Try again')).toBeVisible();
    works = true;
    await press(button('Try again'));
    await expect.element(page.getByText(/No searches yet/)).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'Search log' })).toHaveFocus();
  });
});
