import { expect, test } from 'vitest';
import type { Query } from '../../engine/query/query.ts';
import type { CollectionInfo, SearchContext, SearchResponse } from '../../protocol/query-worker.ts';
import { createSavedSearches } from './saved-searches.ts';

function make(open: string, total = 3) {
  const asked: [Query, SearchContext | undefined][] = [];
  let running = 0;
  const client = {
    async searchBeside(query: Query, context?: SearchContext) {
      expect(++running, 'one after the other').toBe(1);
      asked.push([query, context]);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      const items = [{ id: 'a', thumbnail: { path: 'thumbs/a.jpg' } }];
      return { total, items } as unknown as SearchResponse;
    },
  };
  const collection = () => ({ manifest: { name: open } }) as CollectionInfo;
  const find = createSavedSearches(client, { collection }, async () => ({ names: true }));
  return { find, asked };
}

const saved = (collection: string, query = '1_w.dog') => ({
  name: 'Dogs',
  search: { query, collection, names: false },
});

test('what a saved search finds is asked as its album, with what it goes by', async () => {
  const { find, asked } = make('demo');
  const both = await Promise.all([find(saved('demo')), find(saved('demo'))]);
  const cover = { collection: 'demo', id: 'a', thumbnail: 'thumbs/a.jpg' };
  expect(both).toEqual(Array(2).fill({ count: 3, isOpenEnded: false, cover }));
  expect(asked[0]).toEqual([{ terms: [], filters: [{ field: 'album', value: 'Dogs' }] }, { names: true }]);
});

test('of likeness so many are looked at, and there may be more; filters alone have all', async () => {
  const { find } = make('*', 200);
  expect(await find(saved('demo'))).toMatchObject({ count: 200, isOpenEnded: true });
  expect(await find(saved('demo', '1_type.png'))).toMatchObject({ count: 200, isOpenEnded: false });
});

test('nothing is asked of an album of pictures, of another collection and of a newer page', async () => {
  const { find, asked } = make('library');
  expect(await find({ name: 'Dogs', search: undefined })).toBeUndefined();
  expect(await find(saved('demo'))).toBeUndefined();
  expect(await find(saved('library', '99_w.dog'))).toBeUndefined();
  expect(asked).toEqual([]);
});
