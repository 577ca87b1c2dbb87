import type { LibraryEvent, Queue } from '../../../protocol/library-worker.ts';

/** A person sees no more often what the queue does; everything else is asked for again at most so often. */
export const QUEUE_MS = 200;
const CHANGED_MS = 500;

export interface AnnouncerOptions {
  readonly queue: () => Promise<Queue>;
  readonly emit: (event: LibraryEvent) => void;
  /** Other tabs are told as well while this one works. */
  readonly tell: (queue: Queue) => void;
}

/** Tells of changes, not more often than anyone looks, and always of the last one. */
export interface Announcer {
  queue(): void;
  /** The queue, and something else. */
  changed(): void;
}

export function createAnnouncer({ queue, emit, tell }: AnnouncerOptions): Announcer {
  const sayQueue = calmed(QUEUE_MS, async () => {
    const now = await queue().catch(() => undefined);
    if (!now) return; // the store is closed, or being deleted
    emit({ type: 'queue', queue: now });
    if (now.state === 'running' || now.state === 'listing') tell(now);
  });
  const sayChanged = calmed(CHANGED_MS, async () => emit({ type: 'changed' }));
  return {
    queue: sayQueue,
    changed() {
      sayQueue();
      sayChanged();
    },
  };
}

/** At once, then after `ms` at the earliest; never two at a time. */
export function calmed(ms: number, say: () => Promise<void>): () => void {
  let isWaiting = false;
  let isAsked = false;
  const run = async () => {
    isWaiting = true;
    while (isAsked) {
      isAsked = false;
      await say();
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    isWaiting = false;
  };
  return () => {
    isAsked = true;
    if (!isWaiting) void run();
  };
}
