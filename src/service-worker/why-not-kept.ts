import { AfterimageError } from '../engine/errors.ts';
import { NotInstalled } from './register.ts';

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
  // Of fetch and register: no answer, one that is no script, one that no cache takes. Only the browser's words tell which.
  if (error instanceof TypeError) {
    return `The server could not be reached, or what it sent cannot be kept (${error.message}). Reload the page in a while.`;
  }
  return `${error instanceof Error ? error.message : String(error)}. Reload the page to try again.`;
}

/** Whether the browser says that it forbids it. That may pass too: a network that answers with a sign-in page looks the same. */
export function isRefusal(error: unknown): boolean {
  return isNamed(error, 'SecurityError') || isNamed(error, 'NotSupportedError');
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
