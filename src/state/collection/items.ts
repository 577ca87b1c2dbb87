import { type Accessor, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import type { Item } from '../../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { listen } from '../shell/listen.ts';

/** Records kept; the grid shows at most a few hundred at once. */
const CAPACITY = 2000;
/** What could not be fetched is worth asking for again after so long, and after twice as long each time that it fails. */
const AGAIN_MS = 4_000;
const LONGEST_AGAIN_MS = 64_000;

/** Item records by row of the open collection. */
export interface Items {
  /** The record if it is at hand, else a promise of it. Rows asked for in one turn travel together. */
  get(row: number): Item | Promise<Item>;
  /** Keep records that came without being asked for; `records` are those of the first of `rows`. */
  put(rows: ArrayLike<number>, records: readonly Item[]): void;
  /** These records are others now: they are asked for again. */
  forget(rows: readonly number[]): void;
  /** Changes when records were forgotten. */
  readonly changed: Accessor<void>;
  /** Changes when what could not be read is worth asking for again: the network is back, or some time has passed. */
  readonly again: Accessor<void>;
}

/** Why names and pictures of some cells are missing, for visitors. */
export function whyMissing({ code, message }: AfterimageError): string {
  if (code === 'offline') return 'There is no network: pictures that were not looked at before come when it is back.';
  if (code === 'network') return 'The network does not answer: some pictures are missing until it does.';
  return message;
}

interface Cache {
  readonly kept: Map<number, Item>;
  readonly waiting: Map<number, Promise<Item>>;
}

/**
 * A cache of item records, emptied when `collection` changes, that asks the client for all rows of a turn at once.
 * @param report told once for each batch that could not be read, but not of those that were asked for again in vain; and
 *   undefined once records can be read again
 */
export function createItems(
  client: Pick<QueryClient, 'items'>,
  collection: Accessor<unknown>,
  report: (error: AfterimageError | undefined) => void,
): Items {
  const cache = createMemo(on(collection, (): Cache => ({ kept: new Map(), waiting: new Map() })));
  const [again, setAgain] = createSignal(undefined, { equals: false });
  listen(window, 'online', () => setAgain());
  const [changed, setChanged] = createSignal(undefined, { equals: false });
  const retry = createRetry(setAgain);
  let batch: { rows: number[]; records: Promise<Item[]> } | undefined;
  let hasFailed = false;

  function openBatch(): { rows: number[]; records: Promise<Item[]> } {
    const rows: number[] = [];
    const isRetry = retry.isRunning();
    const records = Promise.resolve().then(() => {
      batch = undefined;
      return client.items(rows);
    });
    const succeeded = () => {
      retry.reset();
      if (hasFailed) report(undefined);
      hasFailed = false;
    };
    records.then(succeeded, (cause) => {
      const error = toAfterimageError(cause);
      hasFailed = true;
      const mayPass = error.code === 'network' || error.code === 'offline';
      if (mayPass) retry.start();
      if (!mayPass || !isRetry) report(error);
    });
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
    forget(rows) {
      const { kept, waiting } = untrack(cache);
      const forgotten = rows.filter((row) => kept.delete(row) || waiting.delete(row));
      if (forgotten.length > 0) setChanged();
    },
    changed,
    again,
  };
}

/** Runs `work` a while after a failure: a server that is back makes no event. */
function createRetry(work: () => void) {
  let delay = AGAIN_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  const run = () => {
    timer = undefined;
    running = true;
    work();
    running = false;
  };
  onCleanup(() => clearTimeout(timer));
  return {
    /** Something failed. */
    start() {
      if (timer !== undefined) return;
      timer = setTimeout(run, delay);
      delay = Math.min(2 * delay, LONGEST_AGAIN_MS);
    },
    /** Something worked. */
    reset() {
      delay = AGAIN_MS;
    },
    /** Whether what is asked for now is asked for by `work`. */
    isRunning: () => running,
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
    items.changed();
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
