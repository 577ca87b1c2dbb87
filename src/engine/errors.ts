/**
 * Every error a person or a script can meet has a stable code. The message says what happened; what to do stands there too,
 * or, where visitors and command-line users both read it, in the remedies of each (ui/common, scripts/cli).
 * Codes are part of the public surface: add, never rename.
 */
export type ErrorCode =
  // collections and their parts
  | 'collection-not-found'
  | 'collection-invalid'
  | 'collection-version'
  | 'collection-too-large'
  | 'collection-model-mismatch'
  | 'library-model-changed'
  | 'part-missing'
  | 'part-corrupt'
  // models and devices
  | 'model-not-found'
  | 'model-invalid'
  | 'device-unavailable'
  | 'device-lost'
  | 'device-nonsense'
  | 'worker-died'
  | 'worker-timeout'
  // index and queries
  | 'dimension-mismatch'
  | 'embedding-invalid'
  | 'index-corrupt'
  | 'index-too-large'
  | 'query-empty'
  | 'row-unknown'
  | 'query-invalid'
  | 'query-version'
  | 'item-not-found'
  | 'picture-missing'
  // the network
  | 'offline'
  | 'network'
  // a server that searches a collection elsewhere
  | 'remote-away'
  | 'remote-full'
  | 'remote-mismatch'
  | 'remote-not-found'
  | 'remote-outdated'
  | 'remote-refused'
  | 'remote-version'
  // ratings and the search log
  | 'search-unknown'
  | 'search-superseded'
  | 'rating-invalid'
  | 'database-unavailable'
  | 'database-blocked'
  | 'quota-exceeded'
  | 'import-invalid'
  | 'import-too-large'
  | 'import-model-mismatch'
  | 'album-invalid'
  | 'album-unknown'
  // scripts
  | 'usage'
  | 'not-writable'
  | 'host-limit'
  | 'download-failed'
  | 'picture-unreadable'
  | 'picture-unavailable'
  | 'nothing-to-index'
  // vectors from elsewhere, shards
  | 'npy-invalid'
  | 'metadata-invalid'
  | 'merge-mismatch'
  | 'input-changed'
  // adapters
  | 'adapter-useless'
  | 'internal';

const NAME = 'AfterimageError:';

/**
 * An error with a stable `code`. The code travels in `name`, because a worker border (structured clone, Comlink)
 * keeps only name, message and stack; `toAfterimageError` revives it on the other side.
 */
export class AfterimageError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = NAME + code;
  }
}

/** The coded error that `error` is, was before it crossed a worker border, or else one with code `fallback`. */
export function toAfterimageError(error: unknown, fallback: ErrorCode = 'internal'): AfterimageError {
  if (error instanceof AfterimageError) return error;
  if (error instanceof Error) {
    const code = error.name.startsWith(NAME) ? (error.name.slice(NAME.length) as ErrorCode) : fallback;
    return new AfterimageError(code, error.message, { cause: error });
  }
  return new AfterimageError(fallback, String(error));
}
