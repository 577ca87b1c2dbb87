import { AfterimageError } from '../engine/errors.ts';
import { NotInstalled } from './service-worker.ts';

/** Of an error that something could not be kept for: what happened and what to do, as sentences. */
export function whyNotKept(error: unknown): string {
  if (error instanceof AfterimageError) return error.message;
  if (isNamed(error, 'QuotaExceededError')) {
    return 'There is no space left. Make room on this device, then reload the page.';
  }
  if (!navigator.onLine) return 'There is no network. It goes on when the network is back.';
  if (error instanceof NotInstalled) {
    return 'Its files could not all be fetched, or there is no space for them. Make room on this device, then reload the page.';
  }
  // What fetch and register say in words of their own, each browser in others.
  if (error instanceof TypeError) return 'The server could not be reached. Reload the page in a while.';
  return `${error instanceof Error ? error.message : String(error)}. Reload the page to try again.`;
}

/** Whether the browser forbids it, so that trying again is of no use; everything else may pass. */
export function isRefusal(error: unknown): boolean {
  return isNamed(error, 'SecurityError') || isNamed(error, 'NotSupportedError');
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
