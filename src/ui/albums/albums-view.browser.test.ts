import axe from 'axe-core';
import { afterEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AfterimageError } from '../../engine/errors.ts';
import type { FakeLibrary } from '../../state/library/testing.ts';
import { type ShownLibrary, showLibrary } from '../library/testing.ts';
import AlbumsView from './albums-view.tsx';
import '../styles/main.css';

let shown: ShownLibrary | undefined;
afterEach(() => shown?.remove());

const picture = (id: string, collection = 'library') => ({ collection, id });

/** An album of two pictures and a saved search. */
async function fill(client: FakeLibrary): Promise<void> {
  await client.createAlbum('At sea', { kind: 'pictures', pictures: [picture('a'), picture('b', 'demo')] });
  const search = { query: '1_w.dog_type.png', collection: 'demo', names: false };
  await client.createAlbum('Dogs <b>', { kind: 'search', search });
}

async function show(prepare?: (client: FakeLibrary) => void): Promise<ShownLibrary> {
  shown = showLibrary(AlbumsView, prepare);
  await expect.element(page.getByRole('heading', { name: 'Albums' })).toBeVisible();
  return shown;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

it('says how albums are made while there are none', async () => {
  await show();
  await expect.element(page.getByText('There are no albums yet.')).toBeVisible();
  expect(await violations()).toEqual([]);
});

it('shows albums with a cover and what is in them, and opens them', async () => {
  const { address } = await show((client) => void fill(client));
  const sea = page.getByRole('link', { name: 'At sea 2 pictures' });
  await expect.element(sea).toBeVisible();
  await expect.poll(() => sea.element().querySelector('img')?.src).toMatch(/^blob:/);
  const dogs = page.getByRole('link', { name: 'Dogs <b> 3 pictures. Saved search: dog, type: png' });
  await expect.element(dogs).toBeVisible();
  await expect.poll(() => dogs.element().querySelector('img')?.src).toMatch(/^blob:/);
  expect(await violations()).toEqual([]);
  await sea.click();
  expect(address.current()).toMatchObject({ view: 'search', collection: '*', text: 'album:"At sea"' });
});

it('opens a saved search as it was asked', async () => {
  const { address } = await show((client) => void fill(client));
  await page.getByRole('link', { name: /^Dogs/ }).click();
  expect(address.current()).toMatchObject({ collection: 'demo', names: false, text: 'dog type:png' });
});

it('renames, and says why a name cannot be', async () => {
  const { client } = await show((client) => void fill(client));
  await button('Rename At sea').click();
  const field = page.getByRole('textbox', { name: 'New name of At sea' });
  await expect.element(field).toHaveFocus();
  expect(await violations()).toEqual([]);
  client.breakNext('changeAlbum', new AfterimageError('album-invalid', 'Choose another name.'));
  await userEvent.keyboard('Dogs{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('Choose another name.');
  await field.fill('Harbour');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('link', { name: /^Harbour/ })).toBeVisible();
  await expect.element(button('Rename Harbour')).toHaveFocus();
  await button('Rename Harbour').click();
  await userEvent.keyboard('x{Escape}');
  await expect.element(button('Rename Harbour')).toHaveFocus();
});

it('deletes, brings back, and has the keyboard at the title meanwhile', async () => {
  await show((client) => void fill(client));
  await button('Delete At sea').click();
  await expect.poll(() => page.getByRole('link', { name: /^At sea/ }).elements()).toEqual([]);
  await expect.element(page.getByRole('heading', { name: 'Albums' })).toHaveFocus();
  await button('Undo').click();
  await expect.element(page.getByRole('link', { name: 'At sea 2 pictures' })).toBeVisible();
});

it('follows what other tabs do', async () => {
  const { client } = await show();
  await expect.element(page.getByText('There are no albums yet.')).toBeVisible();
  await fill(client);
  await expect.element(page.getByRole('link', { name: /^At sea/ })).toBeVisible();
});

it('says why albums cannot be read, and tries again', async () => {
  await show((client) => {
    void fill(client);
    client.breakNext('albums', new AfterimageError('database-blocked', 'Another tab is busy.'));
  });
  await expect.element(page.getByText('Another tab is busy.')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByRole('link', { name: /^At sea/ })).toBeVisible();
});
