import axe from 'axe-core';
import { createComponent, type JSX } from 'solid-js';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Changeover } from '../../../protocol/library-worker.ts';
import type { SiteModel } from '../../../protocol/query-worker.ts';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import { WithLibrary } from '../with-library.tsx';
import { LibraryModel } from './library-model.tsx';

const library = (id: string) => ({ model: { id, sha256: id.padEnd(64, '0') }, dim: 8 });

const model = (id: string, patch: Partial<SiteModel> = {}): SiteModel => ({
  ...{ id, title: `The ${id}`, for: 'photographs', can: '', cannot: '', licence: 'MIT', commercial: true },
  ...{ languages: ['English'], quality: [{ measure: 'ImageNet', value: '72.8 %', source: 'model card' }] },
  ...{ text: { bytes: 60e6, missing: 60e6 }, pictures: { bytes: 150e6, missing: 150e6 }, kept: 0 },
  library: library(id),
  ...patch,
});
const models = [model('mini'), model('large'), model('blind', { library: null, pictures: null })];

let shown: ShownLibrary | undefined;
afterEach(() => shown?.remove());

function View(): JSX.Element {
  return createComponent(WithLibrary, { children: (one) => createComponent(LibraryModel, { library: one }) });
}

/** What axe has against the section. */
async function problems(): Promise<string[]> {
  const { violations } = await axe.run('main');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

function show(id: string, some: readonly SiteModel[] = models): ShownLibrary {
  shown = showLibrary(View, (client) => client.change({ count: 1200, model: library(id) }), some);
  return shown;
}

test('another model of the site is offered with what it costs and means, before anything is downloaded', async () => {
  const { client } = show('mini');
  await expect.element(page.getByRole('heading', { name: 'The large' })).toBeVisible();
  await expect.element(page.getByText('150 MB', { exact: true })).toBeVisible();
  await expect.element(page.getByText('MIT. Commercial use is allowed')).toBeVisible();
  await expect.element(page.getByText('English')).toBeVisible();
  expect(page.getByText('The blind').elements()).toHaveLength(0);
  expect(await problems()).toEqual([]);
  await userEvent.click(page.getByRole('button', { name: 'Search with it: 150 MB, The large' }));
  await expect.poll(() => client.calls.find(([name]) => name === 'changeModel')?.[1]).toEqual(library('large'));
  await expect.element(page.getByText('0 of 1,200 pictures done')).toBeVisible();
});

test('a library whose model is gone says so; with no other model there is nothing to offer', async () => {
  show('gone');
  await expect.element(page.getByText(/embedded with the model gone, which this site does not have/)).toBeVisible();
  shown?.remove();
  show('mini', [model('mini')]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(page.getByRole('heading', { name: 'The model that looks at them' }).elements()).toHaveLength(0);
});

test('says how far it is, pauses, goes on, and names what is left', async () => {
  const { client } = show('mini');
  await expect.element(page.getByRole('heading', { name: 'The large' })).toBeVisible();
  const now: Changeover = {
    ...{ model: library('large').model, state: 'running', loading: null, done: 300, total: 1200 },
    ...{ secondsLeft: 300, left: { count: 0, pictures: [] }, problem: null },
  };
  client.changing({ ...now, state: 'loading', loading: { loaded: 75e6, total: 150e6 } });
  await expect.element(page.getByText('Downloading the model: 75 MB of 150 MB')).toBeVisible();
  client.changing(now);
  await expect.element(page.getByText('300 of 1,200 pictures done, about 5 minutes left')).toBeVisible();
  const pause = page.getByRole('button', { name: 'Pause' });
  await userEvent.click(pause);
  const again = page.getByRole('button', { name: 'Continue' });
  await expect.element(again).toHaveFocus();
  await userEvent.click(again);
  expect(client.calls.flatMap(([name, command]) => (name === 'changeover' ? [command] : []))).toEqual([
    'pause',
    'resume',
  ]);
  const left = { count: 2, pictures: [{ name: '<b>away</b>.jpg', reason: null }] };
  client.changing({ ...now, state: 'waiting', done: 1198, left });
  await userEvent.click(page.getByText('2 pictures cannot be looked at now'));
  await expect.element(page.getByText('<b>away</b>.jpg')).toBeVisible();
  expect(await problems()).toEqual([]);
  await userEvent.click(page.getByRole('button', { name: 'Finish without them' }));
  await userEvent.click(page.getByRole('button', { name: 'Yes, leave out 2 pictures' }));
  await expect.poll(() => client.calls.at(-1)).toEqual(['overview']);
  expect(client.calls).toContainEqual(['changeover', 'finish']);
  await expect.element(page.getByRole('heading', { name: 'The large' })).toBeVisible();
});
