import { cameraOf, placeOf } from '../collection/extensions/facts.ts';
import type { ItemStore } from '../collection/items/items.ts';
import { collectionOf, type Item } from '../collection/types.ts';
import { type Bitset, createBitset, setBit } from '../index/bitset.ts';
import { type AlbumPictures, albumName, keyOfItem } from './albums.ts';
import { fold } from './fold.ts';
import { distanceKm, readNear } from './near.ts';
import type { Filter, FilterField } from './query.ts';

/** Thumbs of a person, by item id: the newest that a picture got. Whoever asks knows them; items do not hold them. */
export type Judgements = ReadonlyMap<string, 'up' | 'down'>;

/** What filters ask for beside the records. */
export interface FilterContext {
  /** Name of the collection that the items are of. */
  readonly collection?: string | undefined;
  /** Absent: nothing has been judged. */
  readonly judgements?: Judgements | undefined;
  /** The albums that filters name. Absent: there are none. */
  readonly albums?: AlbumPictures | undefined;
}

/** Records that are read at a time. */
const BATCH = 1000;

/**
 * The rows of the items that pass `filters`, as a bitset (index filters take it). Reads every record once.
 * @throws what `items.get` throws, and the signal's reason
 */
export async function filterRows(
  filters: readonly Filter[],
  items: Pick<ItemStore, 'count' | 'get'>,
  { signal, ...context }: FilterContext & { readonly signal?: AbortSignal | undefined } = {},
): Promise<Bitset> {
  const passes = createTest(filters, context);
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
export function createTest(filters: readonly Filter[], context: FilterContext = {}): Test {
  const byField = new Map<FilterField, Test[]>();
  for (const { field, value } of filters) {
    byField.set(field, [...(byField.get(field) ?? []), TESTS[field](value, context)]);
  }
  const fields = [...byField.values()];
  return (item) => fields.every((tests) => tests.some((passes) => passes(item)));
}

/** How each field tests an item for a value. */
const TESTS: Readonly<Record<FilterField, (value: string, context: FilterContext) => Test>> = {
  /** The date is in that year or month or on that day, or later. */
  after: (value) => (item) => (dayOf(item) ?? '') >= value,
  /** The picture is in the album of that name. */
  album: (value, { albums, collection }) => {
    const pictures = albums?.get(albumName(value));
    return (item) => pictures?.has(keyOfItem(item, collection)) ?? false;
  },
  /** The date is before that year, month or day. */
  before: (value) => (item) => (dayOf(item) ?? value) < value,
  /** What the picture was taken with contains it. */
  camera: (value) => {
    const part = fold(value);
    return (item) => fold(cameraOf(item) ?? '').includes(part);
  },
  /** The picture is in a folder of that name or path, or somewhere below it. */
  folder: (value) => {
    const path = fold(`/${value.replace(/^\/+|\/+$/g, '')}/`);
    return ({ name }) => fold(`/${name.slice(0, name.lastIndexOf('/') + 1)}`).includes(path);
  },
  height: (value) => between(value, ({ height }) => height),
  /** The collection has that name; of several that are searched together, that of the item. */
  in: (value, { collection }) => {
    return (item) => value === (collectionOf(item) ?? collection);
  },
  /** The file's name or the title contains it. */
  name: (value) => {
    const part = fold(value);
    return ({ name, title }) =>
      fold(name.slice(name.lastIndexOf('/') + 1)).includes(part) || fold(title ?? '').includes(part);
  },
  /** It was taken so near to that place. */
  near: (value) => {
    const near = readNear(value);
    return (item) => {
      const place = placeOf(item);
      return near !== undefined && place !== undefined && distanceKm(near.place, place) <= near.km;
    };
  },
  /** The newest thumb that the picture got in any search is that; `none`: it has none. */
  rating: (value, { judgements }) => {
    const wanted = value === 'none' ? undefined : value;
    return ({ id }) => judgements?.get(id) === wanted;
  },
  /** The file's name ends so. */
  type: (value) => (item) => sameType(typeOf(item) ?? '') === sameType(value),
  width: (value) => between(value, ({ width }) => width),
};

/** The end of an item's file name, in lower case. */
export function typeOf({ name }: Item): string | undefined {
  return /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase();
}

/** Where the date was written, so that a day is what the photographer calls it; undefined where there is none. */
export function dayOf({ date }: Item): string | undefined {
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
