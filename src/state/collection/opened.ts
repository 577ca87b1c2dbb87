import { type Accessor, batch, createEffect, createMemo, createResource, createSignal, on } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import type { Item } from '../../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, SearchResponse } from '../../protocol/query-worker.ts';
import type { AddressBar } from '../search/address.ts';
import type { Search } from '../search/search.ts';
import type { Items } from './items.ts';
import type { Pictures } from './pictures.ts';
import type { Session } from './session.ts';

/** The picture in the detail view. */
export interface Opened {
  readonly id: Accessor<string | null>;
  readonly item: Accessor<Item | undefined>;
  /** Its place among the shown pictures; undefined while it is looked for, after a link or in another answer. */
  readonly cell: Accessor<number | undefined>;
  /** The link leads to a picture that this collection does not have. */
  readonly missing: Accessor<boolean>;
  /** Why the picture could not be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  open(cell: number, item: Item): void;
  /** So many pictures on, or back where negative; does nothing where that one cannot be read (`Items` says why). Never rejects. */
  step(by: number): Promise<void>;
  canStep(by: number): boolean;
  close(): void;
}

interface Place {
  readonly item: Item;
  readonly row: number;
  /** Means something only while `answer` is shown. */
  readonly cell: number;
  /** Undefined: all pictures were. */
  readonly answer: SearchResponse | undefined;
  readonly collection: CollectionInfo | undefined;
}

export function createOpened(
  client: Pick<QueryClient, 'rowOf'>,
  address: AddressBar,
  session: Pick<Session, 'collection'>,
  search: Pick<Search, 'response'>,
  pictures: Pictures,
  items: Pick<Items, 'get'>,
): Opened {
  const id = () => address.current().item;
  /** Where the newest opened picture is known to be, without asking. */
  const [place, setPlace] = createSignal<Place>();
  const known = createMemo(() => {
    const newest = place();
    return newest?.item.id === id() && newest.collection === session.collection() ? newest : undefined;
  });

  const wanted = () => {
    const wantedId = id();
    return wantedId && session.collection() && !known() ? wantedId : undefined;
  };
  const [found] = createResource(wanted, async (wantedId) => {
    const row = await client.rowOf(wantedId);
    return { id: wantedId, row, item: row < 0 ? undefined : await items.get(row) };
  });
  const linked = () => {
    const answer = found.state === 'ready' ? found() : undefined;
    return answer?.id === id() ? answer : undefined;
  };
  const row = () => known()?.row ?? linked()?.row ?? -1;
  const cell = createMemo(() => {
    const newest = known();
    if (newest && newest.answer === search.response()) return newest.cell;
    const ranked = row() < 0 ? -1 : pictures.cellOf(row());
    return ranked < 0 ? undefined : ranked;
  });
  /** The row of the picture while nobody knows where the shown answer ranks it. */
  const lost = () => (row() >= 0 && cell() === undefined ? row() : undefined);
  createEffect(on([lost, search.response], ([sought]) => sought !== undefined && void pictures.seek(sought)));
  const canStep = (by: number) => {
    const from = cell();
    return from !== undefined && from + by >= 0 && from + by < pictures.total();
  };

  // The next pages of ranks are fetched while the picture before them is looked at.
  createEffect(
    on(cell, (shown) => {
      if (shown !== undefined) pictures.want(shown, shown + 2);
    }),
  );

  const placeOf = (item: Item, row: number, cell: number): Place => ({
    ...{ item, row, cell },
    answer: search.response(),
    collection: session.collection(),
  });

  return {
    id,
    item: () => known()?.item ?? linked()?.item,
    cell,
    missing: () => linked()?.row === -1,
    error: () => (found.state === 'errored' && wanted() ? toAfterimageError(found.error) : undefined),
    open(target, item) {
      const shown = pictures.at(target);
      const record = shown && items.get(shown.row);
      // A cell goes on showing the picture before until the record of its own is here.
      if (shown && record && 'id' in record && record.id === item.id) setPlace(placeOf(item, shown.row, target));
      address.go({ item: item.id }, { overlay: true });
    },
    async step(by) {
      const from = cell();
      const target = from === undefined || !canStep(by) ? undefined : pictures.at(from + by);
      if (from === undefined || !target) return;
      const answer = search.response();
      const item = await Promise.resolve(items.get(target.row)).catch(() => undefined);
      if (!item || cell() !== from || search.response() !== answer) return;
      // Together: in between there would be no picture, and what has the keyboard would go.
      batch(() => {
        setPlace(placeOf(item, target.row, from + by));
        address.replace({ item: item.id });
      });
    },
    canStep,
    close: () => address.close({ item: null }),
  };
}
