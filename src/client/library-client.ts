import type { LibraryEvent, LibraryWorkerApi } from '../protocol/library-worker.ts';

/** `restarted`: a worker was replaced; `failed`: none starts any more. Lines for visitors. */
export type LibraryClientEvent =
  | Exclude<LibraryEvent, { readonly type: 'heartbeat' | 'device-lost' }>
  | { readonly type: 'restarted'; readonly reason: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/**
 * The library worker as the page sees it: it is started when it is needed first, may die or hang, and a fresh one goes on
 * with the queue. All methods reject with AfterimageError.
 */
export interface LibraryClient extends Omit<LibraryWorkerApi, 'connect' | 'useDevice'> {
  subscribe(listener: (event: LibraryClientEvent) => void): () => void;
  dispose(): void;
}
