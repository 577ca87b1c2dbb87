import type { ItemStore } from '../collection/items/items.ts';
import type { Item } from '../collection/types.ts';
import { type Bitset, createBitset, setBit } from '../index/bitset.ts';
import type { Filter, FilterField } from './query.ts';

/** Records that are read at a time. */
const BATCH = 1000;

/**
 * The rows of the items that pass `filters`, as a bitset (index filters take it). Reads every record once.
 * @throws what `items.get` throws, and the signal's reason
 */
export async function filterRows(
  filters: readonly Filter[],
  items: Pick<ItemStore, 'count' | 'get'>,
  signal?: AbortSignal,
): Promise<Bitset> {
  const passes = createTest(filters);
  const passing = createBitset(items.count);
  for (let first = 0; first < items.count; first += BATCH) {
    signal?.throwIfAborted();
    const length = Math.min(BATCH, items.count - first);
    const records = await Promise.all(Array.from({ length }, (_, i) => items.get(first + i)));
    records.forEach((item, i) => {
      if (passes(item)) setBit(passing, first + i);
    });
  }
  return passing;
}

type Test = (item: Item) => boolean;

/** Whether an item passes: of every field that is named, one of its filters. */
export function createTest(filters: readonly Filter[]): Test {
  const byField = new Map<FilterField, Test[]>();
  for (const { field, value } of filters) {
    byField.set(field, [...(byField.get(field) ?? []), TESTS[field](value)]);
  }
  const fields = [...byField.values()];
  return (item) => fields.every((tests) => tests.some((passes) => passes(item)));
}

/** How each field tests an item for a value. */
const TESTS: Readonly<Record<FilterField, (value: string) => Test>> = {
  /** The date is in that year or month or on that day, or later. */
  after: (value) => (item) => (dayOf(item) ?? '') >= value,
  /** The date is before that year, month or day. */
  before: (value) => (item) => (dayOf(item) ?? value) < value,
  /** The picture is in a folder of that name or path, or somewhere below it. */
  folder: (value) => {
    const path = fold(`/${value.replace(/^\/+|\/+$/g, '')}/`);
    return ({ name }) => fold(`/${name.slice(0, name.lastIndexOf('/') + 1)}`).includes(path);
  },
  height: (value) => between(value, ({ height }) => height),
  /** The file's name or the title contains it. */
  name: (value) => {
    const part = fold(value);
    return ({ name, title }) =>
      fold(name.slice(name.lastIndexOf('/') + 1)).includes(part) || fold(title ?? '').includes(part);
  },
  /** The file's name ends so. */
  type: (value) => (item) => sameType(/\.([^./]+)$/.exec(item.name)?.[1]?.toLowerCase() ?? '') === sameType(value),
  width: (value) => between(value, ({ width }) => width),
};

/** Where the date was written, so that a day is what the photographer calls it; undefined where there is none. */
function dayOf({ date }: Item): string | undefined {
  return date !== null && /^\d/.test(date) ? date.slice(0, 10) : undefined;
}

/** Pixels of an item between the two numbers of `2000-3000`, both included. A size of 0 is unknown and does not pass. */
function between(value: string, pixels: (item: Item) => number): Test {
  const [least, most] = value.split('-');
  const [low, high] = [Number(least), most ? Number(most) : Number.POSITIVE_INFINITY];
  return (item) => pixels(item) > 0 && pixels(item) >= low && pixels(item) <= high;
}

function sameType(type: string): string {
  return type === 'jpg' ? 'jpeg' : type;
}

/** Names that look alike are alike: macOS writes letters and their accents apart. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
