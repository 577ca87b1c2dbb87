import { basename } from 'node:path';
import { AfterimageError } from '../../../engine/errors.ts';

/** Characters of a value in a message. */
const MAX_SHOWN = 40;
/** Names that a message lists. */
const MAX_LISTED = 10;

/** @param path whose last part names the file. @param problem ends without a full stop */
export function invalid(path: string, problem: string, cause?: unknown): AfterimageError {
  return new AfterimageError('metadata-invalid', `The metadata in ${basename(path)} cannot be used: ${problem}.`, {
    cause,
  });
}

/** Untrusted names as part of a message: of many the first, of long ones the beginning. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map((name) => shortened(name));
  return names.length > MAX_LISTED ? `${shown.join(', ')} and ${names.length - MAX_LISTED} more` : shown.join(', ');
}

export function shortened(text: string, most = MAX_SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
