import axe from 'axe-core';
import { type Component, createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type Item, LIBRARY, type PictureSource } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { type Query, textQuery } from '../../engine/query/query.ts';
import type { Pictures } from '../../state/collection/pictures.ts';
import { createSelection, type Selection } from '../../state/collection/selection.ts';
import { createLibrary, type Library } from '../../state/library/library.ts';
import { createFakeLibrary, type FakeLibrary } from '../../state/library/testing.ts';
import { type AddressBar, createAddressBar } from '../../state/search/address.ts';
import { createNotices } from '../../state/shell/notices.ts';
import { type App, AppContext } from '../context.ts';
import { Grid } from '../grid/grid.tsx';
import { NoticeLines } from '../shell/notices.tsx';
import { SelectButton } from './select-button.tsx';
import '../styles/main.css';
import '../grid/grid.css';
import '../grid/picture.css';

const TOTAL = 40;
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const itemOf = (row: number): Item => ({
  ...{ id: `id-${row}`, name: `${row}.gif`, title: null, licence: null, width: 1, height: 1, bytes: 1, date: null },
  ...{ thumbnail: { path: 'a', width: 1, height: 1 }, preview: null },
});
const [good, setGood] = createSignal<number | null>(null);
const [query, setQuery] = createSignal<Query>(textQuery(''));
const pictures: Pictures = {
  total: () => TOTAL,
  good,
  headings: () => [],
  at: (cell) => ({ row: cell, similarity: null, score: null }),
  href: (id) => `?p=${id}`,
  want: () => {},
  cellOf: (row) => row,
  seek: async () => {},
};
const source: PictureSource = { picture: (_, size) => (size === 'original' ? undefined : { url: PIXEL }) };

let selection: Selection;
let client: FakeLibrary;
let address: AddressBar;
let opened: number[];
let library: Library;
const judgeAll = vi.fn(async () => true);
let cleanup = () => {};
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  setGood(null);
  setQuery(textQuery(''));
});

const View: Component = () => [
  createComponent(SelectButton, {}),
  createComponent(Grid, {
    label: 'All pictures',
    heading: () => null,
    onOpen: (cell) => opened.push(cell),
    onLike: () => {},
    onEscape: () => opened.push(-1),
    handle: () => {},
  }),
  createComponent(NoticeLines, {}),
];

function makeApp(collection: string): App {
  const notices = createNotices();
  client = createFakeLibrary();
  client.change({ count: TOTAL });
  library = createLibrary({ client, notices, persist: async () => true });
  address = createAddressBar();
  selection = createSelection(pictures, { get: itemOf }, () => 0);
  return {
    ...{ address, notices, pictures, selection, baseUrl: `${location.origin}/` },
    library: { library: () => library, isUsed: () => true, load: async () => library },
    session: { collection: () => ({ manifest: { name: collection } }) },
    items: { get: itemOf, changed: () => undefined },
    search: { query, response: () => undefined },
    ratings: { off: () => false, judgement: () => null, judgeAll, error: () => 'The disk is full.' },
    judging: createSignal(false),
    pictureSource: () => source,
    commit: () => {},
  } as unknown as App;
}

async function show(collection: string = LIBRARY): Promise<void> {
  const root = document.createElement('main');
  document.body.append(root);
  opened = [];
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: makeApp(collection),
        get children() {
          return createComponent(View, {});
        },
      }),
    root,
  );
  cleanup = () => {
    dispose();
    root.remove();
  };
  await expect.poll(() => document.querySelector('[data-cell="3"]')).not.toBeNull();
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const cell = (index: number) => document.querySelector<HTMLElement>(`[data-cell="${index}"]`) as HTMLElement;
const ids = () => selection.items().map(({ id }) => id);
const all = (...rows: number[]) => rows.map((row) => `id-${row}`);
const click = (index: number, init: MouseEventInit = {}) =>
  cell(index).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
const touch = (type: string, index: number, x = 0) =>
  cell(index).dispatchEvent(
    new PointerEvent(type, { pointerType: 'touch', bubbles: true, cancelable: true, clientX: x, clientY: 0 }),
  );

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

it('selects by clicks in its mode, and opens pictures outside of it', async () => {
  await show();
  click(2);
  expect(opened).toEqual([2]);
  await button('Select').click();
  await expect.element(button('Delete')).toBeDisabled();
  click(2);
  click(5, { shiftKey: true });
  await expect.poll(ids).toEqual(all(2, 3, 4, 5));
  click(3);
  expect(ids()).toEqual(all(2, 4, 5));
  await expect.element(page.getByText('3 selected')).toBeVisible();
  expect(cell(2).parentElement?.getAttribute('aria-selected')).toBe('true');
  expect(cell(3).parentElement?.getAttribute('aria-selected')).toBe('false');
  expect(await violations()).toEqual([]);
  await button('Done').click();
  click(4);
  expect(opened).toEqual([2, 4]);
  expect(ids()).toEqual([]);
});

it('selects by keys: Space, Shift and arrows, all; Escape ends it', async () => {
  await show();
  selection.start();
  cell(0).focus();
  await userEvent.keyboard('{ArrowRight} ');
  await expect.poll(ids).toEqual(all(1));
  await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
  await expect.poll(ids).toEqual(all(1, 2, 3));
  await userEvent.keyboard('{ArrowRight}{ArrowRight} ');
  await expect.poll(ids).toEqual(all(1, 2, 3, 5));
  await userEvent.keyboard('{Control>}a{/Control}');
  await expect.poll(() => selection.count()).toBe(TOTAL);
  await userEvent.keyboard('{Escape}');
  expect([selection.isOn(), opened]).toEqual([false, []]);
  await userEvent.keyboard('{Escape}');
  expect(opened).toEqual([-1]);
});

it('selects by a finger that stays, but not by one that scrolls or taps', async () => {
  await show();
  touch('pointerdown', 1);
  touch('pointermove', 1, 40);
  touch('pointerdown', 4);
  touch('pointerup', 4);
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(selection.isOn()).toBe(false);
  touch('pointerdown', 3);
  await expect.poll(ids).toEqual(all(3));
  const menu = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
  cell(3).dispatchEvent(menu);
  expect(menu.defaultPrevented).toBe(true);
  touch('pointerup', 3);
  click(3); // of the same finger
  expect(ids()).toEqual(all(3));
  click(6);
  expect([ids(), opened]).toEqual([all(3, 6), []]);
});

it('deletes pictures of the visitor, and brings them back', async () => {
  await show();
  selection.toggle(2, itemOf(2));
  selection.toggle(7, itemOf(7));
  await button('Delete').click();
  await expect.poll(() => client.calls).toContainEqual(['remove', all(2, 7)]);
  await expect.poll(selection.isOn).toBe(false);
  await button('Undo').click();
  await expect.poll(() => client.calls).toContainEqual(['restore', 0]);
});

it('goes on selecting where they could not be deleted', async () => {
  await show();
  client.breakNext('remove', new AfterimageError('database-blocked', 'Another tab is busy.'));
  selection.toggle(2, itemOf(2));
  await button('Delete').click();
  await expect.element(page.getByText('Another tab is busy.')).toBeVisible();
  expect(ids()).toEqual(all(2));
});

it('does not delete pictures of a site, but saves and copies them', async () => {
  await show('demo');
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  const copied = vi.spyOn(navigator.clipboard, 'write').mockImplementation(async ([item]) => {
    expect((await item?.getType('image/png'))?.size).toBeGreaterThan(10);
  });
  selection.toggle(2, itemOf(2));
  await button('Copy').click();
  await expect.element(page.getByText('The picture was copied.')).toBeVisible();
  expect(copied).toHaveBeenCalledOnce();
  selection.toggle(3, itemOf(3));
  await expect.element(button('Copy')).toBeDisabled();
  expect(button('Delete').elements()).toEqual([]);
  Reflect.deleteProperty(window, 'showDirectoryPicker');
  await button('Save copies').click();
  await expect.poll(() => saved).toHaveLength(2);
});

it('adds to a new album and to one that is there, and takes out of the one that is shown', async () => {
  await show();
  selection.toggle(2, itemOf(2));
  selection.toggle(5, itemOf(5));
  await button('Add to album').click();
  await page.getByRole('textbox', { name: 'Name of a new album' }).fill('At sea');
  expect(await violations()).toEqual([]);
  await button('Make the album').click();
  await expect.element(page.getByText('Added to “At sea”.')).toBeVisible();
  expect(selection.isOn()).toBe(false);
  const thumbnail = 'a';
  const picture = (row: number) => ({ collection: LIBRARY, id: `id-${row}`, thumbnail });
  expect(client.calls).toContainEqual(['createAlbum', 'At sea', { kind: 'pictures', pictures: [2, 5].map(picture) }]);

  selection.toggle(7, itemOf(7));
  expect(button('Remove from album').elements()).toEqual([]);
  await button('Add to album').click();
  await page.getByRole('button', { name: 'At sea , 2 pictures' }).click();
  await expect.poll(() => client.calls).toContainEqual(['changeAlbum', 'album-0', { add: [picture(7)], remove: [] }]);

  setQuery({ terms: [], filters: [{ field: 'album', value: 'at SEA' }] });
  selection.toggle(5, itemOf(5));
  await button('Remove from album').click();
  await expect.element(page.getByText('The picture is not in “At sea” any more.')).toBeVisible();
  await expect.poll(() => library.albums.list()?.[0]?.count).toBe(2);
  await button('Undo').click();
  await expect.poll(() => library.albums.list()?.[0]?.count).toBe(3);
});

it('says in the dialog why a name cannot be taken, and closes with Escape', async () => {
  await show();
  selection.toggle(2, itemOf(2));
  await button('Add to album').click();
  client.breakNext('createAlbum', new AfterimageError('album-invalid', 'There is an album “x” already.'));
  await page.getByRole('textbox', { name: 'Name of a new album' }).fill('x');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('There is an album “x” already.');
  await userEvent.keyboard('{Escape}');
  await expect.element(button('Add to album')).toHaveFocus();
  expect(ids()).toEqual(all(2));
});

it('judges all that are selected, where a search is shown', async () => {
  await show();
  selection.toggle(2, itemOf(2));
  selection.toggle(3, itemOf(3));
  await expect.element(button('Copy')).toBeVisible();
  expect(button('Good match').elements()).toEqual([]);
  setGood(TOTAL);
  await button('Bad match').click();
  await expect.element(page.getByText('2 pictures judged: bad.')).toBeVisible();
  expect(judgeAll).toHaveBeenCalledWith(['id-2', 'id-3'], 'down');
  judgeAll.mockResolvedValueOnce(false);
  await button('Good match').click();
  await expect.element(page.getByText('Nothing was judged: The disk is full.')).toBeVisible();
});

it('asks for pictures like all that are selected', async () => {
  await show();
  selection.toggle(2, itemOf(2));
  await expect.element(button('More like this')).toBeVisible();
  selection.toggle(3, itemOf(3));
  await button('More like these').click();
  expect(address.current().query.terms).toEqual([
    { kind: 'item', id: 'id-2', collection: null, weight: 1 },
    { kind: 'item', id: 'id-3', collection: null, weight: 1 },
  ]);
});
