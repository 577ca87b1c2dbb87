import axe from 'axe-core';
import { createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ClientEvent } from '../../client/query-client.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { SiteModel } from '../../protocol/query-worker.ts';
import { createSiteModels } from '../../state/collection/site-models.ts';
import { type App, AppContext } from '../context.ts';
import { ModelsSection } from './models-section.tsx';
import '../styles/main.css';

const model = (id: string, patch: Partial<SiteModel> = {}): SiteModel => ({
  ...{ id, title: `The ${id}`, for: 'photographs', can: '', cannot: '', licence: 'MIT', commercial: false },
  ...{ languages: ['English'], quality: [], library: null, pictures: null, kept: 0 },
  text: { bytes: 60e6, missing: 60e6 },
  ...patch,
});

let cleanup = () => {};
afterEach(() => cleanup());

function show(keep: (id: string) => Promise<boolean>) {
  let kept = 0;
  let send: (event: ClientEvent) => void = () => {};
  const client = {
    siteModels: vi.fn(async () => [
      model('mini', { kept: 5e6, text: { bytes: 5e6, missing: 0 } }),
      model('large', { kept, text: { bytes: 60e6, missing: 60e6 - kept } }),
    ]),
    keepModel: vi.fn(async (id: string) => {
      const isKept = await keep(id);
      if (isKept) kept = 60e6;
      return isKept;
    }),
    stopKeeping: vi.fn(async () => {}),
    removeModel: vi.fn(async () => {
      kept = 0;
    }),
    subscribe(listener: (event: ClientEvent) => void) {
      send = listener;
      return () => {};
    },
  };
  const root = document.createElement('main');
  document.body.append(root);
  const [collections] = createSignal([{ model: 'mini', title: 'The demo' }]);
  const dispose = render(() => {
    const app = {
      siteModels: createSiteModels(client),
      session: { encoder: () => ({ modelId: 'mini' }), collections },
    } as unknown as App;
    return createComponent(AppContext.Provider, {
      value: app,
      get children() {
        return createComponent(ModelsSection, {});
      },
    });
  }, root);
  cleanup = () => {
    dispose();
    root.remove();
  };
  return { client, send: (event: ClientEvent) => send(event) };
}

test('says what each model is, downloads one with its progress, and removes it again', async () => {
  const { client } = show(async () => true);
  expect(client.siteModels).not.toHaveBeenCalled(); // before it is opened
  await userEvent.click(page.getByText('What they are'));
  await expect.element(page.getByText('This browser keeps 5.0 MB of them.')).toBeVisible();
  await expect.element(page.getByText('Searches The demo.')).toBeVisible();
  await expect.element(page.getByText('60 MB', { exact: true })).toBeVisible();
  // The headings above it are the panel's.
  const { violations } = await axe.run('main', { rules: { 'heading-order': { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await userEvent.click(page.getByRole('button', { name: 'Download 60 MB: The large' }));
  await expect.element(page.getByText('60 MB kept here')).toBeVisible();
  await expect.element(page.getByText('This browser keeps 65 MB of them.')).toBeVisible();
  await userEvent.click(page.getByRole('button', { name: 'Remove' }).last());
  await userEvent.click(page.getByRole('button', { name: 'Yes, remove it' }));
  await expect.element(page.getByText('60 MB', { exact: true })).toBeVisible();
  expect([client.keepModel.mock.calls, client.removeModel.mock.calls]).toEqual([[['large']], [['large']]]);
});

test('a download tells how far it is and can be stopped; one that failed is tried again', async () => {
  let fails = false;
  const { client, send } = show((id) =>
    fails ? Promise.reject(new AfterimageError('network', `${id} is away.`)) : new Promise(() => {}),
  );
  await userEvent.click(page.getByText('What they are'));
  const download = page.getByRole('button', { name: 'Download 60 MB: The large' });
  await userEvent.click(download);
  send({ type: 'model-download', id: 'large', loaded: 15e6, total: 60e6 });
  await expect.element(page.getByText('15 MB of 60 MB')).toBeVisible();
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
  const stop = page.getByRole('button', { name: 'Stop: The large' });
  await expect.element(stop).toHaveFocus();
  await userEvent.click(stop);
  await expect.poll(() => client.stopKeeping.mock.calls.length).toBe(1);
  fails = true;
  await userEvent.click(download);
  await expect.element(page.getByRole('alert')).toHaveTextContent('large is away.');
  await expect.element(page.getByRole('button', { name: 'Try again: The large' })).toBeVisible();
});
