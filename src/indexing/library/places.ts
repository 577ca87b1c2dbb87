import type { FileFacts } from './ports.ts';

/**
 * Whether a place is only the name of a file in a folder that is kept: an imported library says it, or a browser that keeps no
 * folders. It has the folder's name before its path.
 */
export function isToldOf(told: FileFacts, file: FileFacts): boolean {
  const isTold = told.folder === null && told.handle === undefined && file.folder !== null;
  const isSame = told.bytes === file.bytes && told.modified === file.modified;
  return isTold && isSame && told.path.slice(told.path.indexOf('/') + 1) === file.path && told.path !== file.path;
}
