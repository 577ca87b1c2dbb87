import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, it, vi } from 'vitest';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { createItem, createItems, type Items } from './items.ts';

const itemOf = (row: number) => ({ id: `id-${row}`, name: `${row}.jpg` }) as Item;

let dispose = () => {};
afterEach(() => dispose());

/** A cache whose client answers when told to, and what it was asked. */
function setUp() {
  const asked: (readonly number[])[] = [];
  const failures: (AfterimageError | undefined)[] = [];
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  const client = {
    items: (rows: readonly number[]) =>
      new Promise<Item[]>((resolve, reject) => {
        asked.push(rows);
        waiting.push({ resolve: () => resolve(rows.map(itemOf)), reject });
      }),
  };
  const [collection, setCollection] = createSignal('demo');
  const items = createRoot((end) => {
    dispose = end;
    return createItems(client, collection, (error) => failures.push(error));
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  return { items, asked, failures, waiting, turn, setCollection };
}

it('asks for the rows of a turn at once, and for none twice', async () => {
  const { items, asked, waiting, turn } = setUp();
  const promises = [items.get(3), items.get(1), items.get(3)];
  await turn();
  expect(asked).toEqual([[3, 1]]);
  waiting[0]?.resolve();
  expect(await Promise.all(promises)).toEqual([itemOf(3), itemOf(1), itemOf(3)]);
  expect(items.get(3)).toEqual(itemOf(3));
});

it('takes records that came with an answer, until another collection is opened', async () => {
  const { items, asked, turn, setCollection } = setUp();
  items.put([7, 8, 9], [itemOf(7), itemOf(8)]);
  expect(items.get(8)).toEqual(itemOf(8));
  void items.get(9);
  await turn();
  expect(asked).toEqual([[9]]);
  setCollection('other');
  expect(items.get(8)).toBeInstanceOf(Promise);
});

it('tells of a batch that failed once, and asks again when asked again', async () => {
  const { items, asked, failures, waiting, turn } = setUp();
  const gone = Promise.allSettled([items.get(1), items.get(2)]);
  await turn();
  waiting[0]?.reject(new AfterimageError('part-missing', 'The items are not there.'));
  expect((await gone).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(failures.map((error) => error?.code)).toEqual(['part-missing']);
  void items.get(1);
  await turn();
  expect(asked).toEqual([[1, 2], [1]]);
});

it('shows the record of before until the next one is known, and never one that is not wanted any more', async () => {
  const { items, waiting, turn } = setUp();
  const [row, setRow] = createSignal<number | undefined>(1);
  const shown = show(items, row);
  expect(shown()).toBeUndefined();
  await turn();
  waiting[0]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(1));

  setRow(2);
  await turn();
  setRow(3);
  await turn();
  expect(shown()).toEqual(itemOf(1));
  waiting[1]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(1));
  waiting[2]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(3));

  setRow(2);
  expect(shown(), 'what is at hand is shown at once').toEqual(itemOf(2));
  setRow(undefined);
  expect(shown()).toBeUndefined();
});

it('shows nothing for a record that cannot be read, and asks for it again when the network is back', async () => {
  const { items, asked, waiting, turn } = setUp();
  const [row, setRow] = createSignal<number | undefined>(1);
  const shown = show(items, row);
  await turn();
  waiting[0]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(1));

  setRow(2);
  await turn();
  expect(shown()).toEqual(itemOf(1));
  waiting[1]?.reject(new AfterimageError('offline', 'There is no network.'));
  await turn();
  expect(shown(), 'the picture before is not that of this row').toBeUndefined();
  expect(asked, 'nothing is asked for while the network is away').toEqual([[1], [2]]);

  window.dispatchEvent(new Event('online'));
  await turn();
  expect(asked).toEqual([[1], [2], [2]]);
  waiting[2]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(2));
  window.dispatchEvent(new Event('online'));
  await turn();
  expect(asked, 'what is there is not asked for again').toHaveLength(3);
});

it('asks again after a while for what a server did not send, each time later, until it comes', async () => {
  vi.useFakeTimers();
  try {
    const { items, asked, failures, waiting } = setUp();
    const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
    const fail = async (nth: number) => {
      waiting[nth]?.reject(new AfterimageError('network', 'The server answered 503.'));
      await pass(0);
    };
    const shown = show(items, () => 1);
    const other = show(items, () => 2);
    await pass(0);
    await fail(0);
    await pass(3_999);
    expect(asked).toEqual([[1, 2]]);
    await pass(1);
    expect(asked, 'all that failed, at once').toEqual([
      [1, 2],
      [1, 2],
    ]);
    await fail(1);
    await pass(7_999);
    expect(asked).toHaveLength(2);
    await pass(1);
    expect(asked).toHaveLength(3);
    expect(failures, 'told once').toHaveLength(1);
    waiting[2]?.resolve();
    await pass(0);
    expect([shown(), other()]).toEqual([itemOf(1), itemOf(2)]);
    expect(failures.slice(1), 'told that it is over').toEqual([undefined]);
    await pass(600_000);
    expect(asked).toHaveLength(3);

    show(items, () => 3);
    await pass(0);
    await fail(3);
    await pass(4_000);
    expect(asked, 'as soon as at first').toHaveLength(5);
    await fail(4);
    dispose();
    await pass(600_000);
    expect(asked).toHaveLength(5);
  } finally {
    vi.useRealTimers();
  }
});

it('does not ask again by itself for what is not on the server', async () => {
  vi.useFakeTimers();
  try {
    const { items, asked, waiting } = setUp();
    show(items, () => 1);
    await vi.advanceTimersByTimeAsync(0);
    waiting[0]?.reject(new AfterimageError('part-missing', 'The items are not there.'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

it('asks again when the same row is wanted by another answer, and is not misled by a failure of before', async () => {
  const { items, waiting, turn, setCollection } = setUp();
  const [row, setRow] = createSignal<number | undefined>(2, { equals: false });
  const shown = show(items, row);
  await turn();
  setCollection('other');
  setRow(2);
  await turn();
  waiting[1]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(2));
  waiting[0]?.reject(new AfterimageError('collection-not-found', 'Another collection was opened meanwhile.'));
  await turn();
  expect(shown()).toEqual(itemOf(2));

  setRow(3);
  await turn();
  waiting[2]?.reject(new AfterimageError('network', 'It could not be fetched.'));
  await turn();
  expect(shown()).toBeUndefined();
  setRow(3);
  await turn();
  waiting[3]?.resolve();
  await turn();
  expect(shown()).toEqual(itemOf(3));
});

function show(items: Items, row: () => number | undefined) {
  return createRoot((end) => {
    const before = dispose;
    dispose = () => {
      end();
      before();
    };
    return createItem(items, row);
  });
}

it('asks again for records that are others now, and shows them', async () => {
  const { items, asked, waiting, turn } = setUp();
  items.put([1, 2], [itemOf(1), itemOf(2)]);
  const shown = createRoot((end) => {
    dispose = end;
    return createItem(items, () => 2);
  });
  items.forget([1, 2, 5]);
  expect(shown()).toEqual(itemOf(2)); // until the new one is here
  await turn();
  expect(asked).toEqual([[2]]);
  waiting[0]?.resolve();
  await expect.poll(() => items.get(2)).toEqual(itemOf(2));
});
