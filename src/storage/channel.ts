/** Tells listeners in this realm and, where the browser has BroadcastChannel, those of the same name in other workers and tabs. */
export interface Channel<Change> {
  tell(change: Change): void;
  /** Tell this realm alone. */
  tellHere(change: Change): void;
  /** @returns stops it */
  subscribe(listener: (change: Change) => void): () => void;
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

/** @param Change can be cloned */
export function createChannel<Change>(name: string): Channel<Change> {
  const listeners = new Set<(change: Change) => void>();
  let channel = openChannel(name);

  function tellHere(change: Change): void {
    for (const listener of [...listeners]) listener(change);
  }

  if (channel) channel.onmessage = (event: MessageEvent<Change>) => tellHere(event.data);

  return {
    tellHere,
    tell(change) {
      channel?.postMessage(change);
      tellHere(change);
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
