import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { sameQuery } from '../../engine/query/serialise.ts';
import type { CollectionInfo, FoundTimeline, SearchResponse } from '../../protocol/query-worker.ts';
import type { Sort } from '../search/address.ts';

/** Pictures by date, and of what. */
export interface Dated {
  readonly timeline: FoundTimeline;
  /** Of all pictures where there is no answer. */
  readonly answer: SearchResponse | undefined;
  readonly sort: Sort;
}

/**
 * The order in which pictures are shown. Nothing is similar to filters alone: what they list is by date from the start,
 * unless it is too much for that.
 */
export function shownSort(sort: Sort, answer: Pick<SearchResponse, 'listed'> | undefined): Sort {
  return sort === 'similarity' && answer?.listed === 'newest' ? 'newest' : sort;
}

/** The pictures that are shown, in the order of their dates. */
export interface ByDate {
  /** Undefined where they are shown in another order, and until theirs is known. */
  readonly shown: Accessor<Dated | undefined>;
  /** Their order is not known yet. */
  readonly pending: Accessor<boolean>;
  /** Why it cannot be known. */
  readonly error: Accessor<AfterimageError | undefined>;
}

/** The pictures of the open collection; another object when there are others. */
export interface DatablePictures {
  readonly collection: CollectionInfo;
  /** Undefined: all rows. */
  readonly rows: Uint32Array | undefined;
}

/** What is to be ordered. */
interface Wanted {
  readonly sort: 'newest' | 'oldest';
  readonly pictures: DatablePictures;
  readonly answer: SearchResponse | undefined;
  /** Undefined: all. */
  readonly rows: Uint32Array | undefined;
}

/** Asks for the order anew whenever other pictures are shown. */
export function createByDate(
  client: Pick<QueryClient, 'timeline'>,
  sort: Accessor<Sort>,
  pictures: Accessor<DatablePictures | undefined>,
  answer: Accessor<SearchResponse | undefined>,
): ByDate {
  const [found, setFound] = createSignal<Dated & { readonly collection: CollectionInfo }>();
  const [error, setError] = createSignal<AfterimageError>();
  const wanted = createMemo(() => wantedOf(shownSort(sort(), answer()), pictures(), answer()));
  const shown = createMemo(() => {
    const [asked, known] = [wanted(), found()];
    // While pictures come and go, those that were there before stay in their order until the new one is known.
    if (asked?.pictures.collection !== known?.collection || asked?.sort !== known?.sort) return undefined;
    if (!asked || !known) return undefined;
    return asked.answer === known.answer || isSameList(asked.answer, known.answer) ? known : undefined;
  });

  async function read(asked: Wanted): Promise<void> {
    const isWanted = () => wanted() === asked;
    try {
      const timeline = await client.timeline(asked.sort, asked.rows);
      const { sort, answer, pictures } = asked;
      if (isWanted()) setFound({ timeline, sort, answer, collection: pictures.collection });
    } catch (cause) {
      if (isWanted()) setError(toAfterimageError(cause));
    }
  }
  createEffect(
    on(wanted, (asked) => {
      setError(undefined);
      if (asked) void read(asked);
    }),
  );
  return { shown, pending: () => wanted() !== undefined && shown() === undefined && error() === undefined, error };
}

/** Lists of the same filters: of the same pictures, as far as none came or went. */
function isSameList(a: SearchResponse | undefined, b: SearchResponse | undefined): boolean {
  return a?.listed !== undefined && b?.listed !== undefined && sameQuery(a.query, b.query);
}

function wantedOf(
  sort: Sort,
  pictures: DatablePictures | undefined,
  answer: SearchResponse | undefined,
): Wanted | undefined {
  if (sort === 'similarity' || !pictures) return undefined;
  if (!answer) return { sort, pictures, answer, rows: pictures.rows };
  const rows = rowsToSort(answer);
  return rows && { sort, pictures, answer, rows };
}

/** The good matches: what lies below the line has nothing to do with the query, and by date it would be all of the first page. */
function rowsToSort({ rows, good, total }: SearchResponse): Uint32Array | undefined {
  const count = good === null ? total : Math.min(good, rows.length);
  return count === 0 || count > rows.length ? undefined : rows.slice(0, count);
}

/** Which cell shows what, for those pictures that are in the order of their dates. */
export interface DatedOrder {
  readonly months: FoundTimeline['months'];
  /** Undefined for cells behind them. */
  rowAt(cell: number): number | undefined;
  rankAt(cell: number): number | undefined;
  cellOf(row: number): number | undefined;
}

/** Undefined where what is shown is not in the order of its dates. */
export function createDatedOrder(dated: Dated | undefined, answer: SearchResponse | undefined): DatedOrder | undefined {
  if (!dated || (dated.answer !== answer && !isSameList(dated.answer, answer))) return undefined;
  const { rows, months } = dated.timeline;
  let ranks: Map<number, number> | undefined;
  let cells: Map<number, number> | undefined;
  const placesOf = (all: Uint32Array) => new Map(Array.from(all, (row, place) => [row, place]));
  return {
    months,
    rowAt: (cell) => rows[cell],
    rankAt(cell) {
      ranks ??= placesOf(answer?.rows.subarray(0, rows.length) ?? rows);
      const row = rows[cell];
      return row === undefined ? undefined : ranks.get(row);
    },
    cellOf(row) {
      cells ??= placesOf(rows);
      return cells.get(row);
    },
  };
}
