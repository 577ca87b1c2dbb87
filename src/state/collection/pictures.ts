import { type Accessor, createMemo } from 'solid-js';
import { textQuery } from '../../engine/query/query.ts';
import { type AddressBar, formatAddress } from '../search/address.ts';
import type { Ranked, Search } from '../search/search.ts';
import { createBrowseOrder, createLiveOrder } from './browse-order.ts';
import { type ByDate, createDatedOrder } from './by-date.ts';
import { type Line, linesOf } from './lines.ts';
import type { Session } from './session.ts';

/** A row that nothing was compared with. */
interface Unranked {
  readonly row: number;
  readonly similarity: null;
  readonly score: null;
  readonly named?: never;
}

/** A line between pictures, before a cell. */
export type Heading =
  | Line
  /** `2024-05`; null: without a date. */
  | { readonly kind: 'month'; readonly cell: number; readonly month: string | null };

/**
 * The pictures in the order in which the page shows them: all of them (browse-order.ts), or ranked by the query; or all of
 * them, or the good matches, by date.
 */
export interface Pictures {
  readonly total: Accessor<number>;
  /** Cells above the cut-off, all of them where there is none; null when browsing. */
  readonly good: Accessor<number | null>;
  /** Ascending by cell. */
  readonly headings: Accessor<readonly Heading[]>;
  /** What a cell shows, with null for similarity and score where nothing was compared; undefined while its page is being fetched. */
  at(cell: number): Ranked | Unranked | undefined;
  /** The query string for a link to an item as one of these pictures. */
  href(id: string): string;
  /** These cells are about to be shown. */
  want(from: number, to: number): void;
  /** The cell that shows a row, or −1 where that is not known. */
  cellOf(row: number): number;
  /** Find out which cell shows a row, however far down it ranks. */
  seek(row: number): Promise<void>;
}

export function createPictures(
  { current }: Pick<AddressBar, 'current'>,
  session: Pick<Session, 'count' | 'live'>,
  search: Search,
  byDate: Pick<ByDate, 'shown'>,
): Pictures {
  // A grid has some hundred links: they change with what it shows, not with each letter that is typed.
  const shown = createMemo(() =>
    formatAddress({ ...current(), query: search.response()?.query ?? textQuery(''), view: 'search', item: null }),
  );
  const order = createMemo(() => {
    const live = session.live.state();
    return live ? createLiveOrder(live.order) : createBrowseOrder(session.count());
  });
  const dated = createMemo(() => createDatedOrder(byDate.shown(), search.response()));
  const total = () => search.response()?.total ?? session.count();
  const good = () => {
    const response = search.response();
    return response ? (response.good ?? response.total) : null;
  };
  return {
    total,
    good,
    headings() {
      const lines = linesOf(search.response());
      const months = dated()?.months.map(({ from, month }) => ({ kind: 'month' as const, cell: from, month }));
      return months ? [...months, ...lines.filter(({ certainty }) => certainty === 'rest')] : lines;
    },
    at(cell) {
      const response = search.response();
      if (response && !(response.listed && dated())) return search.at(dated()?.rankAt(cell) ?? cell);
      const row = dated() ? dated()?.rowAt(cell) : order().rowAt(cell);
      return row === undefined ? undefined : { row, similarity: null, score: null };
    },
    href: (id) => `${shown() ? `${shown()}&` : '?'}p=${encodeURIComponent(id)}`,
    want: search.want,
    cellOf(row) {
      const cell = dated()?.cellOf(row);
      if (cell !== undefined) return cell;
      return search.response() ? search.rankOf(row) : order().cellOf(row);
    },
    seek: search.seek,
  };
}
