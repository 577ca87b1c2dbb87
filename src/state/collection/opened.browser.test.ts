import { createEffect, createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { CollectionInfo, SearchResponse } from '../../protocol/query-worker.ts';
import { createAddressBar } from '../search/address.ts';
import { createOpened } from './opened.ts';
import { createPictures } from './pictures.ts';

const TOTAL = 10;
const collection = { manifest: { name: 'demo', count: TOTAL } } as CollectionInfo;

let dispose = () => {};
beforeEach(() => history.replaceState(null, '', location.pathname));
afterEach(() => dispose());

function item(row: number): Item {
  return { id: `id-${row}`, name: `${row}.png` } as Item;
}

/** An answer that ranks the last row first. */
function answerTo(text: string): SearchResponse {
  return { query: textQuery(text), total: TOTAL, good: 1 } as SearchResponse;
}

function page() {
  return createRoot((end) => {
    dispose = end;
    const [response, setResponse] = createSignal<SearchResponse>();
    const search = {
      ...{
        query: () => textQuery(''),
        text: () => '',
        response,
        pending: () => false,
        error: () => undefined,
        want: () => {},
        retry: () => {},
      },
      at: (rank: number) => ({ row: TOTAL - 1 - rank, similarity: 0.5, score: 0.5 }),
      rankOf: vi.fn((row: number) => TOTAL - 1 - row),
      seek: vi.fn(async () => {}),
      contextOf: () => undefined,
      refine: async () => {},
      replace: () => true,
    };
    const client = { rowOf: vi.fn(async (id: string) => Number(id.slice(3))) };
    const records = { get: vi.fn((row: number): Item | Promise<Item> => item(row)) };
    const address = createAddressBar();
    const live = { state: () => undefined, changed: () => [] };
    const session = { collection: () => collection, count: () => TOTAL, live };
    const pictures = createPictures(address, session, search, { shown: () => undefined });
    const opened = createOpened(client, address, session, search, pictures, records);
    const shown: (string | undefined)[] = [];
    createEffect(() => shown.push(opened.item()?.id));
    return { address, client, opened, records, search, setResponse, shown };
  });
}

it('steps from one picture to the next with none in between, and asks nobody where the first one was', async () => {
  const { address, client, opened, setResponse, shown } = page();
  setResponse(answerTo('dog'));
  opened.open(0, item(9));
  await opened.step(1);
  await opened.step(1);
  await opened.step(-1);
  expect(shown).toEqual([undefined, 'id-9', 'id-8', 'id-7', 'id-8']);
  expect([opened.cell(), address.current().item]).toEqual([1, 'id-8']);
  expect(client.rowOf).not.toHaveBeenCalled();
});

it('shows the place of the picture in the answer that is shown, whichever was there when it was opened', async () => {
  const { client, opened, search, setResponse, shown } = page();
  opened.open(1, item(1));
  expect(opened.cell()).toBe(1);
  setResponse(answerTo('rocket'));
  expect(opened.cell()).toBe(8);
  expect([shown, client.rowOf.mock.calls]).toEqual([[undefined, 'id-1'], []]);

  search.rankOf.mockReturnValue(-1);
  for (const asked of [1, 2]) {
    setResponse(answerTo('rocket'));
    expect(opened.cell()).toBeUndefined();
    expect(search.seek.mock.calls, 'sought in every answer').toHaveLength(asked);
  }
});

it('asks for the place of a picture that is not the one of its cell any more', async () => {
  const { client, opened, setResponse } = page();
  setResponse(answerTo('rocket'));
  opened.open(1, item(1)); // of the answer before; the cell's own is not here yet
  await expect.poll(() => opened.cell()).toBe(8);
  expect(client.rowOf).toHaveBeenCalledExactlyOnceWith('id-1');
});

it('stays where it is when the next picture cannot be read', async () => {
  const { opened, records } = page();
  opened.open(1, item(1));
  records.get.mockImplementation(() => Promise.reject(new AfterimageError('network', 'There is no network.')));
  await opened.step(1);
  expect([opened.cell(), opened.item()?.id]).toEqual([1, 'id-1']);
});
