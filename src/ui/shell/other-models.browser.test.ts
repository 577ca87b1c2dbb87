import axe from 'axe-core';
import { createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AfterimageError } from '../../engine/errors.ts';
import type { OtherModel } from '../../protocol/query-worker.ts';
import type { OtherLoading } from '../../state/collection/other-models.ts';
import { createNotices } from '../../state/shell/notices.ts';
import { type App, AppContext } from '../context.ts';
import { NoticeLines } from './notices.tsx';
import { OtherModelLines } from './other-models.tsx';
import '../styles/main.css';

const large: OtherModel = {
  ...{ model: { id: 'large', sha256: 'a' }, title: 'The large', collections: ['Photographs', 'Your pictures'] },
  ...{ isLoaded: false, bytes: 150e6, problem: null },
};

let cleanup = () => {};
afterEach(() => cleanup());

function show() {
  const [list, setList] = createSignal<readonly OtherModel[]>([large]);
  const [loading, setLoading] = createSignal<OtherLoading>();
  const load = vi.fn(async () => {});
  const stop = vi.fn();
  const root = document.createElement('main');
  document.body.append(root);
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: { notices: createNotices(), otherModels: { list, loading, load, stop } } as unknown as App,
        get children() {
          return createComponent(NoticeLines, {
            get children() {
              return createComponent(OtherModelLines, {});
            },
          });
        },
      }),
    root,
  );
  cleanup = () => {
    dispose();
    root.remove();
  };
  return { setList, setLoading, load, stop };
}

test('offers a model with its bytes; the button stays where it is while it loads, stops and fails', async () => {
  const { setList, setLoading, load, stop } = show();
  const text = '“Photographs” and “Your pictures” are not searched yet: they need the model The large (150 MB).';
  await expect.element(page.getByText(text)).toBeVisible();
  expect((await axe.run('main')).violations.map(({ id }) => id)).toEqual([]);
  await userEvent.click(page.getByRole('button', { name: 'Load 150 MB' }));
  expect(load).toHaveBeenCalledWith('a');
  setLoading({ sha256: 'a', progress: { loaded: 15e6, total: 150e6 }, error: undefined });
  await expect.element(page.getByText('Loading the model The large, 15 MB of 150 MB')).toBeVisible();
  const button = page.getByRole('button', { name: 'Stop' });
  await expect.element(button).toHaveFocus();
  await userEvent.click(button);
  expect(stop).toHaveBeenCalledTimes(1);
  setLoading({ sha256: 'a', progress: undefined, error: new AfterimageError('network', 'It is away.') });
  await expect.element(page.getByText('It is away.')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Try again' })).toHaveFocus();
  setLoading(undefined);
  setList([{ ...large, isLoaded: true }]);
  expect(page.getByText('The large').elements()).toHaveLength(0);
});

test('what cannot be loaded says why; an offer can be put away', async () => {
  const { setList } = show();
  await userEvent.click(page.getByRole('button', { name: 'Not now' }));
  expect(page.getByText('The large').elements()).toHaveLength(0);
  const gone = { ...large, model: { id: 'gone', sha256: 'b' }, collections: ['Old'], bytes: 0 };
  setList([{ ...gone, problem: 'There is no model gone here.' }]);
  await expect.element(page.getByText('“Old” is not searched. There is no model gone here.')).toBeVisible();
  expect(page.getByRole('button', { name: /Load/ }).elements()).toHaveLength(0);
});
