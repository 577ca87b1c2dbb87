import { createComponent, createEffect, createSignal, on } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { createStaticPictures } from '../../engine/collection/source/static-source.ts';
import type { Item } from '../../engine/collection/types.ts';
import type { Pictures } from '../../state/collection/pictures.ts';
import { createSelection } from '../../state/collection/selection.ts';
import { createAddressBar } from '../../state/search/address.ts';
import { type App, AppContext } from '../context.ts';
import { Grid, type GridHandle } from './grid.tsx';
import '../styles/main.css';
import './grid.css';
import './picture.css';

const TOTAL = 100_000;
const LAST = TOTAL - 1;

let total = TOTAL;
let wanted = new Set<number>();
let cleanup = () => {};

beforeEach(() => {
  total = TOTAL;
  wanted = new Set();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

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
  total: () => total,
  good: () => 10,
  headings: () => [{ kind: 'line', cell: 10, certainty: 'rest' }],
  at: (cell) => ({ row: cell, similarity: 0.5, score: 0.5 }),
  href: (id) => `?p=${id}`,
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
      items: { get: itemOf, changed: () => undefined },
      session: { collection: () => undefined },
      pictures,
      selection: createSelection(pictures, { get: itemOf }, () => 0),
      ratings: { off: () => true },
      judging: createSignal(false),
      pictureSource: () => createStaticPictures(`${location.origin}/`, 'demo'),
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
          heading: () => 'Weaker',
          onOpen: () => {},
          onLike: () => {},
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
  const bottom = () => document.querySelector(`[data-cell="${LAST}"]`)?.getBoundingClientRect().bottom;
  await expect.poll(bottom).toBeLessThan(innerHeight);
  // The first row has the keyboard and stays; what lies between is neither shown nor asked for.
  expect(shown()).toContain(0);
  expect(shown().length).toBeLessThan(200);
  await expect.poll(() => [...wanted]).toContain(LAST);
  expect(wanted.size).toBeLessThan(400);
});

it('shows the name once, in the place of a picture that is not there', async () => {
  await show();
  const cell = () => document.querySelector('[data-cell="1"] .picture');
  await expect.poll(() => cell()?.textContent).toContain('1.jpg');
  expect(cell()?.querySelector('img')).toBeNull();
  const caption = (index: number) => document.querySelector(`[data-cell="${index}"] .cell-title`);
  expect(caption(1)?.getBoundingClientRect().width).toBe(1);
  expect(caption(2)?.getBoundingClientRect().width).toBeGreaterThan(20);
  // To those who hear the page it is named once too.
  expect(cell()?.querySelector('.picture-name')?.getAttribute('aria-hidden')).toBe('true');
  expect(caption(1)?.textContent).toBe('1.jpg');
  expect(document.querySelector('[data-cell="2"] .picture img')).not.toBeNull();
});

it('gives the keyboard to a picture that is far away', async () => {
  const focus = await show();
  focus(LAST);
  await expect.poll(focused).toBe(String(LAST));
  focus(0);
  await expect.poll(focused).toBe('0');
});

describe('of a million pictures, higher than a browser lets a page be', () => {
  const MIDDLE = 7_500_000;
  const cell = (index: number) => document.querySelector(`[data-cell="${index}"]`);
  const topOf = (index: number) => cell(index)?.getBoundingClientRect().top ?? Number.NaN;
  const inView = () => shown().find((index) => topOf(index) > 100 && topOf(index) < innerHeight) ?? -1;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  beforeEach(async () => {
    total = 1_000_000;
    await page.viewport(390, 844); // 49 million pixels
  });

  it('reaches the first and the last', async () => {
    const focus = await show();
    expect(document.documentElement.scrollHeight).toBeLessThan(2 ** 24);
    scrollTo(0, document.documentElement.scrollHeight);
    await expect.poll(() => shown()).toContain(total - 1);
    const bottom = cell(total - 1)?.getBoundingClientRect().bottom ?? 0;
    expect(bottom).toBeLessThan(innerHeight);
    expect(bottom).toBeGreaterThan(innerHeight - 200);
    focus(0);
    await expect.poll(focused).toBe('0');
    expect(topOf(0)).toBeGreaterThanOrEqual(0);
    focus(total - 1);
    await expect.poll(focused).toBe(String(total - 1));
    expect(topOf(total - 1)).toBeLessThan(innerHeight);
  });

  it('moves by what was scrolled, and stays where it is when that is over', async () => {
    await show();
    // A scroll is over when the clock says so, however long a frame takes here.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    scrollTo(0, MIDDLE);
    await frame();
    await frame();
    const index = inView();
    expect(index).toBeGreaterThan(0);
    for (let step = 0; step < 10; step++) {
      const before = topOf(index);
      const scrolled = scrollY;
      scrollBy(0, step % 2 === 0 ? 900 : -850);
      await frame();
      await frame();
      const after = topOf(index);
      if (!Number.isNaN(before) && !Number.isNaN(after)) expect(after - before).toBeCloseTo(scrolled - scrollY, 0);
    }
    const kept = inView();
    const [before, scrolled] = [topOf(kept), scrollY];
    vi.advanceTimersByTime(1000);
    expect(scrollY).not.toBe(scrolled); // the box comes into step with the grid …
    await frame();
    expect(topOf(kept)).toBeCloseTo(before, 0); // … which nobody sees
  });

  it('takes the keyboard row by row through the middle', async () => {
    const focus = await show();
    focus(total / 2);
    await expect.poll(focused).toBe(String(total / 2));
    for (let step = 0; step < 30; step++) {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
      await frame();
      const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
      expect(top).toBeGreaterThanOrEqual(80);
      expect(bottom).toBeLessThanOrEqual(innerHeight);
    }
  });
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
