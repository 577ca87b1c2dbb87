declare const __REMOTE_ORIGINS__: readonly string[] | undefined;

/**
 * The origins beside the site's own that collections of the site name for their searches (`pnpm push`); put in by the build,
 * which names them in the policy as well. Usually none. Without Vite's configuration, as in unit tests, none.
 */
export const REMOTE_ORIGINS: readonly string[] = typeof __REMOTE_ORIGINS__ === 'undefined' ? [] : __REMOTE_ORIGINS__;
