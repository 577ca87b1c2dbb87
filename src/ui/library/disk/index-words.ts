import type { FolderIndexState, FoundIndex } from '../../../protocol/library-worker.ts';
import { formatDate, formatPictures } from '../../common/format.ts';

/** As the worker calls it. */
export const INDEX_FILE = 'afterimage-index.zip';

/** What is kept beside the pictures. */
export function indexText({ written, mayWrite, problem }: FolderIndexState): string {
  const state = written
    ? `The index is in this folder: ${formatPictures(written.pictures)}, written ${formatDate(new Date(written.at).toISOString())}.`
    : 'The index will be written into this folder.';
  if (problem !== null) return `${state} The last attempt failed: ${problem}`;
  return mayWrite ? state : `${state} The browser asks before it is written again.`;
}

/** What came of an index that was there when pictures were added. */
export function foundText(found: FoundIndex): string {
  if (found.kind === 'used') {
    return `The file ${INDEX_FILE} was found with the pictures, an index of ${formatPictures(found.pictures)}: what is in it is not looked at again.`;
  }
  return `The file ${INDEX_FILE} was found with the pictures and is ignored: ${found.reason}.`;
}
