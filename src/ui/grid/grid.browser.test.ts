import { createComponent, createEffect, createSignal, on } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Item } from '../../engine/collection/types.ts';
import { createAddressBar } from '../../state/address.ts';
import type { Pictures } from '../../state/pictures.ts';
import { type App, AppContext } from '../context.ts';
import { Grid, type GridHandle } from './grid.tsx';
import '../styles/main.css';
import './grid.css';

const TOTAL = 100_000;
const LAST = TOTAL - 1;

let wanted = new Set<number>();
let cleanup = () => {};

beforeEach(() => {
  wanted = new Set();
});
afterEach(() => cleanup());

function itemOf(row: number): Item {
  const picture = { path: 'no.webp', width: 1, height: 1 };
  const id = row.toString(16).padStart(16, '0');
  return {
    ...{ id, name: `${row}.jpg`, title: null, licence: null, width: 1, height: 1, bytes: 1, date: null },
    // Of row 1 nothing but its vector is there.
    ...(row === 1 ? { thumbnail: null, preview: null } : { thumbnail: picture, preview: picture }),
  };
}

const pictures: Pictures = {
  total: () => TOTAL,
  good: () => 10,
  at: (cell) => ({ row: cell, score: 0.5 }),
  want: (from, to) => {
    for (let cell = from; cell < to; cell++) wanted.add(cell);
  },
  cellOf: (row) => row,
  seek: async () => {},
};

/** The grid of a hundred thousand results, and a way to give a cell the keyboard as the page does: by an effect. */
async function show(): Promise<(cell: number) => void> {
  const root = document.createElement('main');
  document.body.append(root);
  const [target, setTarget] = createSignal<number>();
  let grid: GridHandle | undefined;
  const dispose = render(() => {
    const app = {
      baseUrl: `${location.origin}/`,
      address: createAddressBar(),
      items: { get: itemOf },
      pictures,
      ratings: { off: () => true },
      session: { collection: () => undefined },
    } as unknown as App;
    createEffect(
      on(target, (cell) => {
        if (cell !== undefined) grid?.focus(cell);
      }),
    );
    return createComponent(AppContext.Provider, {
      value: app,
      get children() {
        return createComponent(Grid, {
          label: 'Results',
          divider: 'Weaker',
          onOpen: () => {},
          onEscape: () => {},
          handle: (handle) => {
            grid = handle;
          },
        });
      },
    });
  }, root);
  cleanup = () => {
    dispose();
    root.remove();
  };
  await expect.poll(() => shown()).toContain(0);
  return setTarget;
}

const shown = () => [...document.querySelectorAll('[data-cell]')].map((cell) => Number(cell.getAttribute('data-cell')));
const focused = () => document.activeElement?.getAttribute('data-cell');

it('reaches the last of 100,000 with a few rows in the document, and asks for the ranks of no more', async () => {
  await show();
  scrollTo(0, document.documentElement.scrollHeight);
  await expect.poll(() => shown()).toContain(LAST);
  expect(document.querySelector(`[data-cell="${LAST}"]`)?.getBoundingClientRect().bottom).toBeLessThan(innerHeight);
  // The first row has the keyboard and stays; what lies between is neither shown nor asked for.
  expect(shown()).toContain(0);
  expect(shown().length).toBeLessThan(200);
  await expect.poll(() => [...wanted]).toContain(LAST);
  expect(wanted.size).toBeLessThan(400);
});

it('shows the name in the place of a picture that is not there', async () => {
  await show();
  const cell = () => document.querySelector('[data-cell="1"] .picture');
  await expect.poll(() => cell()?.textContent).toContain('1.jpg');
  expect(cell()?.querySelector('img')).toBeNull();
  expect(document.querySelector('[data-cell="2"] .picture img')).not.toBeNull();
});

it('gives the keyboard to a picture that is far away', async () => {
  const focus = await show();
  focus(LAST);
  await expect.poll(focused).toBe(String(LAST));
  focus(0);
  await expect.poll(focused).toBe('0');
});

it('keeps the keyboard while the rows around it come and go', async () => {
  const focus = await show();
  focus(0);
  await expect.poll(focused).toBe('0');
  // As fast as keys come, and slower: rows are taken out, put in and put elsewhere in every order.
  for (let step = 0; step < 200; step++) {
    const key = ['PageDown', 'End', 'PageDown', 'ArrowDown', 'PageUp'][(step * step) % 5] as string;
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    for (let frame = (step * 7) % 4; frame > 0; frame--) await new Promise((resolve) => requestAnimationFrame(resolve));
    await Promise.resolve();
    expect(focused(), `step ${step}`).toBeDefined();
  }
});
