import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import solid from 'vite-plugin-solid';

/** Compiles JSX to code that imports `src/ui/dom/web.ts`, where Solid's `insert` is replaced by one that survives translation. */
export function solidPages(): Plugin {
  return solid({ solid: { moduleName: fileURLToPath(new URL('../../src/ui/dom/web.ts', import.meta.url)) } });
}
