import type { WorkerEvent } from '../../protocol/query-worker.ts';

/** Bytes arrive thousands of times a second; a person sees twenty. */
const INTERVAL_MS = 50;

/** Passes every event on, but progress and heartbeats only now and then; a stage's last progress always. */
export function throttleProgress(send: (event: WorkerEvent) => void): (event: WorkerEvent) => void {
  const sent = new Map<string, number>();
  const isSoon = (what: string) => {
    const now = performance.now();
    if (now - (sent.get(what) ?? -INTERVAL_MS) < INTERVAL_MS) return true;
    sent.set(what, now);
    return false;
  };
  return (event) => {
    if (event.type === 'heartbeat' && isSoon(event.type)) return;
    if (event.type === 'progress' && isSoon(event.stage) && event.loaded < event.total) return;
    if (event.type === 'model-download' && isSoon(event.type) && event.loaded < event.total) return;
    send(event);
  };
}
