import type { Plugin } from 'vite';
import { META_CONTENT_SECURITY_POLICY } from '../../src/site/headers.ts';

/**
 * Writes the Content-Security-Policy into the built page, for hosts that send no headers. It comes first in the head,
 * because it applies only to what follows it. Not in development, where Vite needs inline scripts and a socket.
 */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'afterimage:content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: META_CONTENT_SECURITY_POLICY },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}
