import type { Plugin } from 'vite';
import { metaContentSecurityPolicy } from '../../src/site/headers.ts';

/** What the build defines for `src/site/remote-origins.ts`. */
export const REMOTES = '__REMOTE_ORIGINS__';

/**
 * Writes the Content-Security-Policy into the built page, for hosts that send no headers. It comes first in the head,
 * because it applies only to what follows it. Not in development, where Vite needs inline scripts and a socket.
 * `remotes` says, as JSON, what the build defines: the service worker is built by itself, and needs it too.
 */
export function contentSecurityPolicy(): { readonly plugin: Plugin; remotes(): string } {
  let remotes = '[]';
  const plugin: Plugin = {
    name: 'afterimage:content-security-policy',
    apply: 'build',
    configResolved({ define }) {
      remotes = define?.[REMOTES] ?? '[]';
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: metaContentSecurityPolicy(JSON.parse(remotes)) },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
  return { plugin, remotes: () => remotes };
}
