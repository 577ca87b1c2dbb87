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

const POLICY = Object.entries(DIRECTIVES)
  .map(([name, sources]) => `${name} ${sources}`)
  .join('; ');

/** The Content-Security-Policy as a header. */
export const CONTENT_SECURITY_POLICY = `${POLICY}; frame-ancestors 'none'`;

/** The same for `<meta http-equiv>`, where browsers ignore `frame-ancestors` (CSP Level 3, § 3.3). */
export const META_CONTENT_SECURITY_POLICY = POLICY;

/**
 * What every document and every worker script is answered with. The first three make the page cross-origin isolated,
 * without which WebAssembly has no threads; a worker takes its policies from its own response, not from the page.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Paths below the app's base whose names carry a hash of their content, so that they may be kept for ever. */
export const IMMUTABLE_PATH =
  /^(assets\/.+|collections\/[^/]+\/(thumbs|previews)\/.+|collections\/[^/]+\/[a-z]+-[0-9a-f]{16}\.bin(\.gz)?)$/;

export const IMMUTABLE_CACHE_CONTROL = 'public, max-age=31536000, immutable';
