import type { LibraryChange } from '../library-store.ts';

/** Tells listeners in this realm and every other store of the same name, in other workers and tabs too. */
export interface ChangeChannel {
  /** Changes of no pictures are not told. */
  tell(...changes: readonly LibraryChange[]): void;
  subscribe(listener: (change: LibraryChange) => void): () => void;
  close(): void;
}

/** Undefined where the browser has none, or forbids it with all other storage. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

export function createChangeChannel(name: string): ChangeChannel {
  const listeners = new Set<(change: LibraryChange) => void>();
  let channel = openChannel(name);

  function tellHere(change: LibraryChange): void {
    for (const listener of [...listeners]) listener(change);
  }

  if (channel) channel.onmessage = (event: MessageEvent<LibraryChange>) => tellHere(event.data);

  return {
    tell(...changes) {
      for (const change of changes) {
        if ('keys' in change && change.keys.length === 0) continue;
        channel?.postMessage(change);
        tellHere(change);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      channel?.close();
      channel = undefined; // a write that ends after this must not fail for want of listeners
      listeners.clear();
    },
  };
}
