import { type Accessor, createMemo, createSignal, on, untrack } from 'solid-js';
import type { QueryClient } from '../client/query-client.ts';
import type { Item } from '../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../engine/errors.ts';
import { listen } from './listen.ts';

/** Records kept; the grid shows at most a few hundred at once. */
const CAPACITY = 2000;

/** Item records by row of the open collection. */
export interface Items {
  /** The record if it is at hand, else a promise of it. Rows asked for in one turn travel together. */
  get(row: number): Item | Promise<Item>;
  /** Keep records that came without being asked for; `records` are those of the first of `rows`. */
  put(rows: ArrayLike<number>, records: readonly Item[]): void;
  /** Changes when what could not be read is worth asking for again: the network is back. */
  readonly again: Accessor<void>;
}

interface Cache {
  readonly kept: Map<number, Item>;
  readonly waiting: Map<number, Promise<Item>>;
}

/**
 * A cache of item records, emptied when `collection` changes, that asks the client for all rows of a turn at once.
 * @param onError told once for each batch that could not be read
 */
export function createItems(
  client: Pick<QueryClient, 'items'>,
  collection: Accessor<unknown>,
  onError: (error: AfterimageError) => void,
): Items {
  const cache = createMemo(on(collection, (): Cache => ({ kept: new Map(), waiting: new Map() })));
  const [again, setAgain] = createSignal(undefined, { equals: false });
  listen(window, 'online', () => setAgain());
  let batch: { rows: number[]; records: Promise<Item[]> } | undefined;

  function openBatch(): { rows: number[]; records: Promise<Item[]> } {
    const rows: number[] = [];
    const records = Promise.resolve().then(() => {
      batch = undefined;
      return client.items(rows);
    });
    records.catch((error) => onError(toAfterimageError(error)));
    batch = { rows, records };
    return batch;
  }

  function load({ kept, waiting }: Cache, row: number): Promise<Item> {
    const { rows, records } = batch ?? openBatch();
    const place = rows.push(row) - 1;
    const promise = records.then((all) => {
      const item = all[place];
      if (!item) throw new RangeError(`The collection has no row ${row}.`);
      keep(kept, row, item);
      return item;
    });
    waiting.set(row, promise);
    const done = () => waiting.delete(row);
    promise.then(done, done);
    return promise;
  }

  return {
    get(row) {
      const current = untrack(cache);
      return current.kept.get(row) ?? current.waiting.get(row) ?? load(current, row);
    },
    put(rows, records) {
      const { kept } = untrack(cache);
      for (const [i, item] of records.entries()) keep(kept, rows[i] as number /* as many rows at least */, item);
    },
    again,
  };
}

/** The newest `CAPACITY` records are kept. */
function keep(kept: Map<number, Item>, row: number, item: Item): void {
  kept.delete(row);
  const oldest = kept.keys().next();
  if (kept.size >= CAPACITY && !oldest.done) kept.delete(oldest.value);
  kept.set(row, item);
}

/** The record of a row that changes; undefined while the first one loads and where it cannot be read. */
export function createItem(items: Items, row: Accessor<number | undefined>): Accessor<Item | undefined> {
  const [settled, settle] = createSignal(undefined, { equals: false });
  /** What is waited for. */
  let asked: Promise<Item> | undefined;
  let failed: number | undefined;
  return createMemo<Item | undefined>((before) => {
    settled();
    const wanted = row();
    const lost = failed;
    asked = undefined;
    failed = undefined;
    if (wanted === undefined) return undefined;
    if (wanted === lost) {
      items.again();
      // The picture before would stay under the name and score of this one.
      return undefined;
    }
    const found = untrack(() => items.get(wanted));
    if (!(found instanceof Promise)) return found;
    asked = found;
    const settleIf = (failure: number | undefined) => {
      if (asked !== found) return;
      failed = failure;
      settle();
    };
    found.then(
      () => settleIf(undefined),
      () => settleIf(wanted),
    );
    // The picture before stays until the next one is known: cells that blink while one types are worse than late ones.
    return before;
  });
}
