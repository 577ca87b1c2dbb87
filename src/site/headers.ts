/**
 * The one place that knows which headers the app runs under. `pnpm start` sends them, `pnpm build` writes them down for
 * static hosts, and the service worker adds them on hosts that cannot send any.
 */

const DIRECTIVES = {
  'default-src': "'none'",
  // WebAssembly needs its own permission to compile; nothing may eval.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  // Pictures of the visitor's own come from the browser's storage, as bytes to which the page gives an address.
  'img-src': "'self' blob:",
  'connect-src': "'self'",
  'font-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
} as const;

/**
 * The Content-Security-Policy for `<meta http-equiv>`, where browsers ignore `frame-ancestors` (CSP Level 3, § 3.3).
 * @param remotes origins beside the site's own that the page may talk to: those of servers that collections are searched by
 */
export function metaContentSecurityPolicy(remotes: readonly string[]): string {
  const directives = { ...DIRECTIVES, 'connect-src': [DIRECTIVES['connect-src'], ...remotes].join(' ') };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** The same as a header. */
export function contentSecurityPolicy(remotes: readonly string[]): string {
  return `${metaContentSecurityPolicy(remotes)}; frame-ancestors 'none'`;
}

/** Those of a site that talks to nobody else, as almost all do. */
export const CONTENT_SECURITY_POLICY = contentSecurityPolicy([]);
export const META_CONTENT_SECURITY_POLICY = metaContentSecurityPolicy([]);

/**
 * What every document and every worker script is answered with. The first three make the page cross-origin isolated,
 * without which WebAssembly has no threads; a worker takes its policies from its own response, not from the page.
 */
export function securityHeaders(remotes: readonly string[]): Readonly<Record<string, string>> {
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': contentSecurityPolicy(remotes),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

export const SECURITY_HEADERS = securityHeaders([]);

/** Paths below the app's base whose names carry a hash of their content, so that they may be kept for ever. */
export const IMMUTABLE_PATH =
  /^(assets\/.+|collections\/[^/]+\/(thumbs|previews)\/.+|collections\/[^/]+\/[a-z]+-[0-9a-f]{16}\.bin(\.gz)?)$/;

export const IMMUTABLE_CACHE_CONTROL = 'public, max-age=31536000, immutable';
