import { AfterimageError, toAfterimageError } from '../engine/errors.ts';

export function databaseBlocked(cause?: unknown): AfterimageError {
  const message =
    'Another tab holds the search log open in an older version. Close the other tabs of this page, then try again.';
  return new AfterimageError('database-blocked', message, { cause });
}

export function searchUnknown(id: string): AfterimageError {
  return new AfterimageError(
    'search-unknown',
    `There is no search ${id} in the log, so it cannot be rated. It may have been deleted in another tab: search again.`,
  );
}

const MESSAGES: Readonly<Record<string, string>> = {
  VersionError: 'A newer version of this page has opened the search log. Reload this tab to use it.',
  SecurityError:
    'The browser does not let this page store anything, so searches are not logged. Allow site data for this address to rate searches.',
  AbortError: 'The browser interrupted the search log. Try again; if it happens again, reload the page.',
};

const OTHERWISE =
  'The browser could not open the search log, so searches are not logged. Leave private browsing, allow this site to store data, or free some disk space, and reload.';

/** The coded error for whatever IndexedDB threw: `quota-exceeded`, `database-unavailable`, or what it already was. */
export function toDatabaseError(error: unknown): AfterimageError {
  // By name, not by class: QuotaExceededError stopped being a plain DOMException in newer browsers.
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') {
    return new AfterimageError(
      'quota-exceeded',
      'There is no room left for the search log. Export it and delete old searches, or free disk space, then try again.',
      { cause: error },
    );
  }
  if (error instanceof DOMException) {
    return new AfterimageError('database-unavailable', MESSAGES[name] ?? OTHERWISE, { cause: error });
  }
  return toAfterimageError(error);
}

export function noDatabase(cause?: unknown): AfterimageError {
  return new AfterimageError('database-unavailable', OTHERWISE, { cause });
}
