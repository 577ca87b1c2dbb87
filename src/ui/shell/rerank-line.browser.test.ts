import axe from 'axe-core';
import { batch, createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AfterimageError } from '../../engine/errors.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { Progress } from '../../state/collection/session.ts';
import type { RerankStatus } from '../../state/search/reranking.ts';
import { type App, AppContext } from '../context.ts';
import { RerankSwitch } from '../search/rerank-switch.tsx';
import { RerankLine } from './rerank-line.tsx';
import '../styles/main.css';

const OFFER = { id: 'blip', title: 'BLIP', licence: 'BSD-3-Clause', bytes: 225e6, missing: 225e6, kept: 0 };

let cleanup = () => {};
afterEach(() => cleanup());

function show() {
  const [offer, setOffer] = createSignal(OFFER);
  const [status, setStatus] = createSignal<RerankStatus>('off');
  const [progress, setProgress] = createSignal<Progress>();
  const [error, setError] = createSignal<AfterimageError>();
  const calls = { turnOn: vi.fn(), agree: vi.fn(), dismiss: vi.fn(), turnOff: vi.fn() };
  const reranking = {
    ...{ offer, status, progress, error, ...calls },
    ...{ expectedMs: () => 21_000, looking: () => false, waits: () => false },
  };
  const search = { query: () => textQuery('dog'), response: () => undefined };
  const root = document.createElement('main');
  document.body.append(root);
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: { reranking, search } as unknown as App,
        get children() {
          return [createComponent(RerankSwitch, {}), createComponent(RerankLine, {})];
        },
      }),
    root,
  );
  cleanup = () => {
    dispose();
    root.remove();
  };
  return { setOffer, setStatus, setProgress, setError, calls };
}

test('says model, licence and size before the download, how far it is, and what went wrong; the keyboard stays', async () => {
  const { setOffer, setStatus, setProgress, setError, calls } = show();
  const button = page.getByRole('button', { name: 'Look again', exact: true });
  await userEvent.click(button);
  expect(calls.turnOn).toHaveBeenCalledTimes(1);
  setStatus('asking');
  await expect.element(page.getByText(/^A larger model, BLIP, looks at .* Licence: BSD-3-Clause\.$/)).toBeVisible();
  expect((await axe.run('main')).violations.map(({ id }) => id)).toEqual([]);
  await userEvent.click(page.getByRole('button', { name: 'Download 225 MB' }));
  expect(calls.agree).toHaveBeenCalledTimes(1);
  batch(() => {
    setStatus('loading');
    setProgress({ loaded: 15e6, total: 225e6 });
  });
  await expect.element(page.getByText('Downloading BLIP, 15 MB of 225 MB')).toBeVisible();
  await userEvent.click(page.getByRole('button', { name: 'Stop' }));
  expect(calls.turnOff).toHaveBeenCalledTimes(1);
  batch(() => {
    setStatus('off');
    setError(new AfterimageError('network', 'It is away.'));
  });
  await expect.element(page.getByText('It is away.')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Try again' })).toHaveFocus();
  batch(() => {
    setError(undefined);
    setStatus('on');
    setOffer({ ...OFFER, missing: 0 });
  });
  await expect.element(button).toHaveFocus();
  await expect.element(button).toHaveAttribute('aria-pressed', 'true');
});

test('where it is slow it says how long it takes, and offers it all the same', async () => {
  const { setStatus, calls } = show();
  setStatus('slow');
  await expect.element(page.getByText(/takes about 21\.0 s on this device, so it is off\.$/)).toBeVisible();
  await userEvent.click(page.getByRole('button', { name: 'Look again all the same' }));
  await userEvent.click(page.getByRole('button', { name: 'Not now' }));
  expect([calls.agree, calls.dismiss].map((one) => one.mock.calls.length)).toEqual([1, 1]);
});
