import { type Accessor, createEffect, createRoot, createSignal, on } from 'solid-js';
import { collectionOf, type Item } from '../../engine/collection/types.ts';
import type { Items } from './items.ts';
import type { Pictures } from './pictures.ts';

/** No more are selected at a time: each is held with its record. */
export const MOST_SELECTED = 20_000;

/** Pictures that are picked out of those shown, to do something with all of them. */
export interface Selection {
  /** The page is in the mode in which a click selects a picture instead of opening it. */
  readonly isOn: Accessor<boolean>;
  readonly count: Accessor<number>;
  has(item: Item): boolean;
  /** In the order in which they were selected. */
  items(): readonly Item[];
  start(): void;
  /** Leave the mode; nothing is selected any more. */
  stop(): void;
  /** Select one, or take it out; begins the mode. What is selected up to another cell is selected from here. */
  toggle(cell: number, item: Item): void;
  /**
   * Select all from the cell that was toggled last up to this one, in place of what was selected so before; `MOST_SELECTED` at
   * most. Never rejects: pictures that cannot be read are left out.
   * @param from where none was toggled
   */
  extendTo(cell: number, from?: number): Promise<void>;
  selectAll(): Promise<void>;
}

/**
 * @param shown what was asked for: when that changes, nothing is selected any more
 * @param places changes when pictures may be in other cells than before
 */
export function createSelection(
  pictures: Pictures,
  items: Pick<Items, 'get'>,
  shown: Accessor<unknown>,
  places: Accessor<unknown> = shown,
): Selection {
  const [isOn, setOn] = createSignal(false);
  const [selected, setSelected] = createSignal<ReadonlyMap<string, Item>>(new Map());
  let anchor: number | undefined;
  /** What was selected before the newest range. */
  let base: ReadonlyMap<string, Item> = new Map();
  /** The newest range: an older one that is still being read is dropped. */
  let newest = 0;

  const set = (next: ReadonlyMap<string, Item>) => {
    newest++;
    setSelected(next);
  };
  const stop = () => {
    anchor = undefined;
    base = new Map();
    set(base);
    setOn(false);
  };
  createEffect(on(shown, stop, { defer: true }));
  const forgetPlaces = () => {
    anchor = undefined;
    base = selected();
  };
  createEffect(on(places, forgetPlaces, { defer: true }));

  async function select(from: number, to: number): Promise<void> {
    const range = ++newest;
    setOn(true);
    const last = Math.min(to, from + MOST_SELECTED - 1, pictures.total() - 1);
    const found = await readItems(pictures, items, from, last);
    if (range !== newest) return;
    setSelected(new Map([...base, ...found.map((item) => [keyOf(item), item] as const)]));
  }

  return {
    isOn,
    count: () => selected().size,
    has: (item) => selected().has(keyOf(item)),
    items: () => [...selected().values()],
    start: () => setOn(true),
    stop,
    toggle(cell, item) {
      const next = new Map(selected());
      if (!next.delete(keyOf(item))) next.set(keyOf(item), item);
      anchor = cell;
      base = next;
      set(next);
      setOn(true);
    },
    extendTo(cell, from = cell) {
      anchor ??= from;
      return select(Math.min(anchor, cell), Math.max(anchor, cell));
    },
    async selectAll() {
      base = new Map();
      anchor = 0;
      await select(0, pictures.total() - 1);
    },
  };
}

/** Several collections may have the same picture. */
function keyOf(item: Item): string {
  return `${collectionOf(item) ?? ''} ${item.id}`;
}

/** The records of these cells, without those that cannot be read. */
async function readItems(pictures: Pictures, items: Pick<Items, 'get'>, from: number, to: number): Promise<Item[]> {
  await atHand(pictures, from, to);
  const rows: number[] = [];
  for (let cell = from; cell <= to; cell++) {
    const ranked = pictures.at(cell);
    if (ranked) rows.push(ranked.row);
  }
  const read = await Promise.allSettled(rows.map(async (row) => await items.get(row)));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Ranks further down are fetched page by page. A page that does not come is not waited for without end. */
const PATIENCE_MS = 10_000;

function atHand(pictures: Pictures, from: number, to: number): Promise<void> {
  const isThere = () => {
    for (let cell = from; cell <= to; cell++) if (!pictures.at(cell)) return false;
    return true;
  };
  if (isThere()) return Promise.resolve();
  pictures.want(from, to + 1);
  return new Promise((resolve) => {
    createRoot((dispose) => {
      const end = () => {
        clearTimeout(timer);
        dispose();
        resolve();
      };
      const timer = setTimeout(end, PATIENCE_MS);
      createEffect(() => {
        if (isThere()) queueMicrotask(end);
      });
    });
  });
}
