import { type Accessor, createEffect, createMemo, createResource, createSignal, on } from 'solid-js';
import type { QueryClient } from '../client/query-client.ts';
import type { Item } from '../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { AddressBar } from './address.ts';
import type { Items } from './items.ts';
import type { Pictures } from './pictures.ts';
import type { Session } from './session.ts';

/** The picture in the detail view. */
export interface Opened {
  readonly id: Accessor<string | null>;
  readonly item: Accessor<Item | undefined>;
  /** Its place among the shown pictures; undefined while it is looked for, after a link. */
  readonly cell: Accessor<number | undefined>;
  /** The link leads to a picture that this collection does not have. */
  readonly missing: Accessor<boolean>;
  /** Why the picture could not be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  open(cell: number, item: Item): void;
  /** The next (1) or previous (−1) picture. */
  step(by: 1 | -1): Promise<void>;
  canStep(by: 1 | -1): boolean;
  close(): void;
}

interface Place {
  readonly item: Item;
  readonly cell: number;
}

export function createOpened(
  client: Pick<QueryClient, 'rowOf'>,
  address: AddressBar,
  session: Session,
  pictures: Pictures,
  items: Items,
): Opened {
  const id = () => address.current().item;
  /** Where the newest opened picture is known to be, without asking. */
  const [place, setPlace] = createSignal<Place>();
  const known = createMemo(() => (place()?.item.id === id() ? place() : undefined));

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
  const cell = () => {
    const row = linked()?.row ?? -1;
    const linkedCell = row < 0 ? -1 : pictures.cellOf(row);
    return known()?.cell ?? (linkedCell < 0 ? undefined : linkedCell);
  };
  /** The row that a link led to, while nobody knows where it ranks. */
  const lost = createMemo(() => {
    const row = known() ? -1 : (linked()?.row ?? -1);
    return row >= 0 && pictures.cellOf(row) < 0 ? row : undefined;
  });
  createEffect(on(lost, (row) => row !== undefined && void pictures.seek(row)));
  const canStep = (by: 1 | -1) => {
    const from = cell();
    return from !== undefined && from + by >= 0 && from + by < pictures.total();
  };

  // The next pages of ranks are fetched while the picture before them is looked at.
  createEffect(
    on(cell, (shown) => {
      if (shown !== undefined) pictures.want(shown, shown + 2);
    }),
  );

  return {
    id,
    item: () => known()?.item ?? linked()?.item,
    cell,
    missing: () => linked()?.row === -1,
    error: () => (found.state === 'errored' && wanted() ? toAfterimageError(found.error) : undefined),
    open(target, item) {
      setPlace({ item, cell: target });
      address.go({ item: item.id }, { overlay: true });
    },
    async step(by) {
      const from = cell();
      if (from === undefined || !canStep(by)) return;
      const target = pictures.at(from + by);
      if (!target) return;
      const item = await items.get(target.row);
      if (cell() !== from) return;
      setPlace({ item, cell: from + by });
      address.replace({ item: item.id });
    },
    canStep,
    close: () => address.close({ item: null }),
  };
}
