import { createEffect, createRoot } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import type { Items } from './items.ts';
import type { Pictures } from './pictures.ts';

/** The records of these cells, without those that cannot be read. */
export async function readItems(
  pictures: Pictures,
  items: Pick<Items, 'get'>,
  from: number,
  to: number,
): Promise<Item[]> {
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
