import type { WorkerEvent } from '../protocol.ts';

/** Bytes arrive thousands of times a second; a person sees twenty. */
const INTERVAL_MS = 50;

/** Passes every event on, but progress only now and then; a stage's last progress always. */
export function throttleProgress(send: (event: WorkerEvent) => void): (event: WorkerEvent) => void {
  const sent = new Map<string, number>();
  return (event) => {
    if (event.type === 'progress') {
      const now = performance.now();
      if (event.loaded < event.total && now - (sent.get(event.stage) ?? -INTERVAL_MS) < INTERVAL_MS) return;
      sent.set(event.stage, now);
    }
    send(event);
  };
}
