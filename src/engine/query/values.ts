import { type Memo, memoise } from '../async/cached/memoise.ts';
import { cameraOf } from '../collection/extensions/facts.ts';
import type { ItemStore } from '../collection/items/items.ts';
import type { Item } from '../collection/types.ts';
import { dayOf, typeOf } from './filter-rows.ts';
import { fold } from './fold.ts';
import type { FilterField } from './query.ts';

/** A value that filters of a field find something by. */
export interface FieldValue {
  readonly value: string;
  /** Pictures that have it. */
  readonly count: number;
}

/** The values of every field, each with how many pictures have it. Untrusted text. */
export type FieldValues = ReadonlyMap<FilterField, ReadonlyMap<string, number>>;

/** Fields whose values are in the records. */
const FIELDS = ['after', 'camera', 'folder', 'type'] as const;
/** Records that are read at a time. */
const BATCH = 1000;
/** A list that a person reads. */
const SHOWN = 8;
/** As filters take them; longer ones could not be searched for. */
const LONGEST = 100;

/** Reads every record once. @throws what `items.get` throws */
export async function collectValues(items: Pick<ItemStore, 'count' | 'get'>): Promise<FieldValues> {
  const values = new Map<FilterField, Map<string, number>>(FIELDS.map((field) => [field, new Map()]));
  const count = (field: FilterField, value: string | undefined) => {
    const known = values.get(field);
    if (known && value && value.length <= LONGEST && value === value.trim())
      known.set(value, (known.get(value) ?? 0) + 1);
  };
  for (let first = 0; first < items.count; first += BATCH) {
    const length = Math.min(BATCH, items.count - first);
    const records = await Promise.all(Array.from({ length }, (_, i) => items.get(first + i)));
    for (const item of records) {
      count('after', dayOf(item)?.slice(0, 4));
      count('camera', cameraOf(item));
      count('type', typeOf(item));
      for (const folder of foldersOf(item)) count('folder', folder);
    }
  }
  return values;
}

/** `valuesFrom` the newest store that was asked about, whose records are read once, and again once there are more or fewer. */
export function createValues(): (
  items: ItemStore,
  field: FilterField,
  prefix: string,
) => Promise<readonly FieldValue[]> {
  let known: { readonly items: ItemStore; readonly count: number; readonly values: Memo<FieldValues> } | undefined;
  return async (items, field, prefix) => {
    if (known?.items !== items || known.count !== items.count) {
      known = { items, count: items.count, values: memoise(() => collectValues(items)) };
    }
    return valuesFrom(await known.values.get(), field, prefix);
  };
}

/** The folder of an item and those that it lies in, as paths. */
function foldersOf({ name }: Item): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/**
 * Values of a field for what was typed of one, those of most pictures first: which begin so, then which have a word or a
 * folder that does. Years are the newest first.
 */
export function valuesFrom(values: FieldValues, field: FilterField, prefix: string): readonly FieldValue[] {
  const typed = fold(prefix);
  const all = [...(values.get(field === 'before' ? 'after' : field) ?? [])].map(([value, count]) => ({ value, count }));
  const begins = all.filter(({ value }) => fold(value).startsWith(typed));
  const within = all.filter(({ value }) => !fold(value).startsWith(typed) && hasWord(fold(value), typed));
  return [...begins.sort(orderOf(field)), ...within.sort(orderOf(field))].slice(0, SHOWN);
}

function hasWord(value: string, typed: string): boolean {
  return value.split(/[\s/_-]+/).some((word) => word.startsWith(typed));
}

function orderOf(field: FilterField): (a: FieldValue, b: FieldValue) => number {
  if (field === 'after' || field === 'before') return (a, b) => (a.value < b.value ? 1 : -1);
  return (a, b) => b.count - a.count || (a.value < b.value ? -1 : 1);
}
