import { type Remote, wrap } from 'comlink';
import type { EngineHost } from './engine.worker.ts';

declare global {
  interface Window {
    /** One engine, in a worker of its own. */
    engine: Remote<EngineHost>;
  }
}

window.engine = wrap<EngineHost>(new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }));
