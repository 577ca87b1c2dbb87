import type { DeletionPlan } from '../../protocol/library-files.ts';
import type { Notices } from '../shell/notices.ts';
import type { DiskDeletion } from './disk-deletion.ts';
import { canKeepFolders } from './gather.ts';

const NOTICE = 'library-removed';

/**
 * Say that pictures were deleted, and that their files were not.
 * @param plan what could be deleted from the disk; undefined where that is not known
 */
export function sayRemoved(
  notices: Pick<Notices, 'say' | 'dismiss'>,
  count: number,
  plan: DeletionPlan | undefined,
  { undo, deleteFiles }: { readonly undo: () => void; readonly deleteFiles: DiskDeletion['ask'] },
): void {
  const dismissed = (run: () => void) => () => {
    notices.dismiss(NOTICE);
    run();
  };
  const what =
    count === 1 ? 'The picture was deleted here.' : `${count.toLocaleString('en')} pictures were deleted here.`;
  const first = { label: 'Undo', run: dismissed(undo) };
  if (!plan || plan.files === 0) {
    notices.say(NOTICE, `${what} ${stays(count, plan)}`, first);
    return;
  }
  notices.say(NOTICE, `${what} ${filesStay(plan.files)}`, first, {
    label: plan.files === 1 ? 'Delete the file too' : 'Delete the files too',
    // The notice stays: whoever answers no may still undo.
    run: () =>
      deleteFiles(plan, ({ kept }) => {
        if (kept.length === 0) notices.dismiss(NOTICE);
        else notices.say(NOTICE, 'Pictures whose files are still there can be brought back.', first);
      }),
  });
}

function filesStay(files: number): string {
  return files === 1 ? 'Its file is still on the disk.' : 'Their files are still on the disk.';
}

/** Why the files cannot be deleted from here. */
function stays(count: number, plan: DeletionPlan | undefined): string {
  const its = count === 1 ? 'Its file stays' : 'Their files stay';
  if (!plan) return `${its} on the disk.`;
  if (!canKeepFolders()) return `${its} on the disk: this browser lets no page delete files.`;
  return `${its} on the disk: only those in a folder that was opened by “Choose a folder” can be deleted from here.`;
}
