/** What changed: one search, or (null) any number of them. */
export interface LogChange {
  readonly id: string | null;
}

export type LogListener = (change: LogChange) => void;

/** Tells listeners in this tab and, where the browser has BroadcastChannel, in all others. */
export interface LogChannel {
  tell(change: LogChange): void;
  /** Tell this tab alone. */
  tellHere(change: LogChange): void;
  subscribe(listener: LogListener): () => void;
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

export function createLogChannel(name: string): LogChannel {
  const listeners = new Set<LogListener>();
  let channel = openChannel(name);

  function tellHere(change: LogChange): void {
    for (const listener of [...listeners]) listener(change);
  }

  if (channel) channel.onmessage = (event: MessageEvent<LogChange>) => tellHere(event.data);

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
