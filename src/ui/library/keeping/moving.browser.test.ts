import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AfterimageError } from '../../../engine/errors.ts';
import type { FakeLibrary } from '../../../state/library/testing.ts';
import LibraryView from '../library-view.tsx';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import '../../styles/main.css';

let shown: ShownLibrary | undefined;
afterEach(() => shown?.remove());

function show(prepare?: (client: FakeLibrary) => void): ShownLibrary {
  shown = showLibrary(LibraryView, prepare);
  return shown;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('taking them along', () => {
  it('saves all of them as a file, and brings such a file in', async () => {
    const { client } = show((made) => made.change({ count: 12 }));
    await button('Export').click();
    await expect.element(page.getByText('Saved as my-pictures.zip.')).toBeVisible();
    expect(client.calls).toContainEqual([
      'exportLibrary',
      { name: 'my-pictures', title: 'My pictures', vectors: 'f32', withPlaces: true, withAlbums: true },
    ]);
    await userEvent.upload(page.getByLabelText('Exported pictures'), new File(['zip'], 'a.zip'));
    await expect.element(page.getByText('1 picture came in.')).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('makes a collection for others without saying where pictures were taken, unless that is wanted', async () => {
    const { client } = show((made) => made.change({ count: 12 }));
    await page.getByText('Make a collection for a site').click();
    await page.getByLabelText('Title').fill('Harbour <b>');
    for (const name of ['no/slash', '-dash', 'x'.repeat(65)]) {
      await page.getByLabelText('Name of its folder').fill(name);
      await button('Save the collection').click();
    }
    await page.getByLabelText('Name of its folder').fill('harbour');
    expect(await violations()).toEqual([]);
    await button('Save the collection').click();
    await expect.element(page.getByText('Saved as harbour.zip.')).toBeVisible();
    expect(client.calls.filter(([name]) => name === 'exportLibrary')).toEqual([
      ['exportLibrary', { name: 'harbour', title: 'Harbour <b>', vectors: 'int8', withPlaces: false }],
    ]);
  });

  it('says how far it is, and why it failed', async () => {
    const { client } = show((made) => made.change({ count: 12 }));
    client.breakNext('importLibrary', new AfterimageError('import-invalid', 'This is no export.'));
    await userEvent.upload(page.getByLabelText('Exported pictures'), new File(['x'], 'a.zip'));
    await expect.element(page.getByRole('alert')).toHaveTextContent('This is no export.');
    client.exportLibrary = () => new Promise(() => {});
    await button('Export').click();
    client.send({ type: 'moving', task: 'export', done: 1200, total: 3000 });
    await expect.element(page.getByText('Exporting: 1,200 of 3,000 pictures')).toBeVisible();
  });
});
