import type { Deletion, DeletionPlan, KeptReason } from '../../../protocol/library-files.ts';
import { formatCount } from '../../common/format.ts';
import { formatFiles } from '../queue/sentences.ts';

export function questionTitle({ files }: DeletionPlan): string {
  return `Delete ${formatFiles(files)} from the disk?`;
}

/** Where they lie, and what it means. */
export function questionText({ files, folders }: DeletionPlan): string {
  const names = new Intl.ListFormat('en').format(folders.map(({ name }) => `“${name}”`));
  const [they, are] = files === 1 ? ['It', 'is'] : ['They', 'are'];
  const folder = folders.length === 1 ? 'folder' : 'folders';
  return `${they} ${are} in the ${folder} ${names}, and ${are} deleted for good: this cannot be undone, and nothing of it is in a bin.`;
}

/** Files that stay whatever the answer is; empty where there are none. */
export function elsewhereText({ elsewhere }: DeletionPlan): string {
  if (elsewhere === 0) return '';
  const [other, stays] =
    elsewhere === 1 ? ['1 other file', 'stays'] : [`${formatFiles(elsewhere).replace(' ', ' other ')}`, 'stay'];
  return `${other} of these pictures ${stays}: only files in a folder that was opened by “Choose a folder” can be deleted from here.`;
}

export function outcomeTitle({ deleted, kept }: Deletion): string {
  if (deleted === 0) return 'No file was deleted';
  const done = deleted === 1 ? '1 file was deleted' : `${formatFiles(deleted)} were deleted`;
  return kept.length === 0 ? done : `${done}, ${formatCount(kept.length)} not`;
}

const WHY: Readonly<Record<KeptReason, string>> = {
  changed: 'Changed since it was added, so it was not deleted:',
  gone: 'Was not there any more:',
  'not-allowed': 'The browser did not allow changes in the folder:',
  away: 'The folder is not at hand, like one on a disk that was taken away:',
  'only-copy': 'The copy that was to stay is not there, was changed, or is this same file:',
  'with-pair': 'Belongs to a file that was not deleted:',
  failed: 'The system did not delete it. It may be write-protected, or open in another program:',
};

/** What was not deleted, by why. */
export function keptByReason({ kept }: Deletion): { readonly text: string; readonly names: readonly string[] }[] {
  const reasons = [...new Set(kept.map(({ why }) => why))];
  return reasons.map((why) => ({
    text: WHY[why],
    names: kept.filter((one) => one.why === why).map(({ name }) => name),
  }));
}
