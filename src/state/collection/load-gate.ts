import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import type { CollectionInfo } from '../../protocol/query-worker.ts';

/** What queries need is large: the visitor can stop its download, and pictures come first. */
export interface LoadGate {
  /** The visitor stopped it, or has to be asked first. */
  readonly stopped: Accessor<boolean>;
  /** What it takes, in bytes; 0 where all of it is here, undefined while that is not known. */
  readonly bytes: Accessor<number | undefined>;
  stop(): void;
  goOn(): void;
}

/** What of the browser the gate looks at. */
export interface GateHost {
  /** The visitor pays for what is downloaded. */
  readonly saveData: boolean;
  /** So fast a line that nothing waits for anything. */
  readonly isFast: boolean;
  /** Resolves when the pictures on the screen are there. */
  untilShown(): Promise<void>;
}

/** Both halves of a gate, because the client asks before there is a session to look at. */
export interface OpenableGate {
  /** See `QueryClientOptions.mayLoad`. */
  mayLoad(): Promise<void>;
  attach(
    client: Pick<QueryClient, 'pauseLoading' | 'resumeLoading' | 'subscribe'>,
    collection: Accessor<CollectionInfo | undefined>,
  ): LoadGate;
}

export function createLoadGate(host: GateHost): OpenableGate {
  const [stopped, setStopped] = createSignal(host.saveData);
  const [shown, setShown] = createSignal(host.isFast);
  const [bytes, setBytes] = createSignal<number>();
  const waiting = new Set<() => void>();
  const isOpen = () => bytes() === 0 || (shown() && !stopped());
  createEffect(() => {
    if (!isOpen()) return;
    for (const pass of waiting) pass();
    waiting.clear();
  });
  return {
    mayLoad: () => (isOpen() ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve))),
    attach(client, collection) {
      client.subscribe((event) => event.type === 'to-load' && setBytes(event.bytes));
      createEffect(on(collection, (info) => info && void host.untilShown().then(() => setShown(true))));
      return {
        stopped: () => stopped() && bytes() !== 0,
        bytes,
        stop() {
          setStopped(true);
          client.pauseLoading();
        },
        goOn() {
          setStopped(false);
          client.resumeLoading();
        },
      };
    },
  };
}
