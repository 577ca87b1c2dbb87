/** The tabs of one library: one of them works on the queue at a time, and the others show what it does. */

import type { Queue } from '../../../protocol/library-worker.ts';
import { scoped } from '../../../site/scope.ts';

export type QueueCommand = 'pause' | 'resume' | 'cancel';

export type TabMessage =
  | { readonly type: 'queue'; readonly queue: Queue }
  | { readonly type: 'command'; readonly command: QueueCommand };

export interface Tabs {
  /** Run `work` while no other tab runs its own. */
  exclusive(work: () => Promise<void>): Promise<void>;
  /** Whether this is the only tab with this library open. */
  isAlone(): Promise<boolean>;
  /** Does nothing once these are closed. */
  tell(message: TabMessage): void;
  close(): void;
}

/** @param onMessage what other tabs tell */
export function createTabs(baseUrl: string, onMessage: (message: TabMessage) => void): Tabs {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const [indexing, open] = [scoped('afterimage-library-indexing', baseUrl), scoped('afterimage-library-open', baseUrl)];
  const channel = new BroadcastChannel(scoped('afterimage-library-queue', baseUrl));
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => onMessage(data);
  const closed = new AbortController();
  locks
    ?.request(
      open,
      { mode: 'shared' },
      () => new Promise((resolve) => closed.signal.addEventListener('abort', resolve)),
    )
    .catch(() => undefined); // refused where a site may store nothing
  return {
    async exclusive(work) {
      if (!locks) return work();
      const ended = new Promise<void>((resolve) => closed.signal.addEventListener('abort', () => resolve()));
      await locks.request(indexing, { signal: closed.signal }, () => Promise.race([work(), ended]));
    },
    async isAlone() {
      const { held = [] } = (await locks?.query().catch(() => undefined)) ?? {};
      return held.filter(({ name }) => name === open).length <= 1;
    },
    tell(message) {
      if (!closed.signal.aborted) channel.postMessage(message);
    },
    close() {
      closed.abort();
      channel.close();
    },
  };
}
