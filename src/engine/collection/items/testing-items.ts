import type { Item } from '../types.ts';
import type { ItemStore } from './items.ts';

/** The record of a row for tests, with what `changes` says otherwise. */
export function testItem(row: number, changes: Partial<Item> = {}): Item {
  const size = { width: 0, height: 0, bytes: 0 };
  const none = { title: null, licence: null, date: null, thumbnail: null, preview: null };
  return { id: row.toString(16).padStart(16, '0'), name: `${row}.png`, ...size, ...none, ...changes };
}

/** Records of `count` rows for tests. */
export function createTestItems(count: number, changes: (row: number) => Partial<Item> = () => ({})): ItemStore {
  const items = Array.from({ length: count }, (_, row) => testItem(row, changes(row)));
  return {
    count,
    get: async (row) => items[row] as Item,
    rowOf: async (id) => items.findIndex((item) => item.id === id),
  };
}
