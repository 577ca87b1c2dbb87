import { type Accessor, createMemo, createSignal, onCleanup } from 'solid-js';
import type { ClientEvent, QueryClient } from '../../client/query-client.ts';
import type { CollectionInfo, LiveState } from '../../protocol/query-worker.ts';

/** What is known of the open collection where it changes while it is open. */
export interface Live {
  /** Undefined where it does not change. */
  readonly state: Accessor<LiveState | undefined>;
  /** Rows whose records are others now; another array with each change of the open collection. */
  readonly changed: Accessor<readonly number[]>;
}

/**
 * Follows the changes of the open collection.
 * @param reopen opens the collection again, because its rows have other numbers now
 */
export function createLive(
  client: Pick<QueryClient, 'subscribe'>,
  collection: Accessor<CollectionInfo | undefined>,
  reopen: () => void,
): Live {
  const [newest, setNewest] = createSignal<LiveState>();
  const [changed, setChanged] = createSignal<readonly number[]>([]);
  const state = createMemo(() => {
    const opened = collection()?.live;
    const now = newest();
    return opened && now?.numbering === opened.numbering ? now : opened;
  });

  function hear(event: ClientEvent): void {
    const open = collection();
    if (!('name' in event) || event.name !== open?.manifest.name) return;
    if (event.type === 'collection-changed' && event.numbering === open.live?.numbering) {
      const { numbering, count, order } = event;
      setNewest({ numbering, count, order });
      setChanged(event.changed);
    } else if (event.type === 'collection-changed' || event.type === 'collection-outdated') {
      // Of another numbering: another worker has taken the place of the one that the rows on the page are from.
      reopen();
    }
  }
  onCleanup(client.subscribe(hear));
  return { state, changed };
}
