import type { Plugin, ResolvedConfig } from 'vite';

const WORKER = /^assets\/query\.worker-[\w-]+\.js$/;

/**
 * Has the page fetch the query worker's script beside its own: without it there are no pictures, and the page's script asks
 * for it only when it runs.
 */
export function preloadWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'afterimage:preload-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const name = Object.keys(bundle ?? {}).find((one) => WORKER.test(one));
        if (name === undefined) throw new Error('The build has no query worker to preload.');
        // Behind the script of the page where the browser and the host know priorities.
        const attrs = { rel: 'modulepreload', href: config.base + name, fetchpriority: 'low' };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
