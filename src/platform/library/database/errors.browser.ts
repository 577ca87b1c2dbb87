import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';

export function libraryBlocked(): AfterimageError {
  const message =
    'Another tab holds your pictures open in an older version. Close the other tabs of this page, then try again.';
  return new AfterimageError('database-blocked', message);
}

const MESSAGES: Readonly<Record<string, string>> = {
  VersionError: 'A newer version of this page has opened your pictures. Reload this tab to use it.',
  SecurityError:
    'The browser does not let this page store anything, so it cannot keep pictures of yours. Allow site data for this address.',
  AbortError: 'The browser interrupted the storing of your pictures. Try again; if it happens again, reload the page.',
};

const OTHERWISE =
  'The browser could not open the place where your pictures are kept. Leave private browsing, allow this site to store data, or free some disk space, and reload.';

export function noLibrary(cause?: unknown): AfterimageError {
  return new AfterimageError('database-unavailable', OTHERWISE, { cause });
}

export function libraryFull(cause?: unknown): AfterimageError {
  return new AfterimageError(
    'quota-exceeded',
    'There is no room left for your pictures. What is stored stays. Free disk space, or delete pictures here, then go on.',
    { cause },
  );
}

/** The coded error for whatever IndexedDB or the file system of the site threw, or what it already was. */
export function toLibraryError(error: unknown): AfterimageError {
  // By name, not by class: QuotaExceededError stopped being a plain DOMException in newer browsers.
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return libraryFull(error);
  if (error instanceof DOMException) {
    return new AfterimageError('database-unavailable', MESSAGES[name] ?? OTHERWISE, { cause: error });
  }
  return toAfterimageError(error);
}
