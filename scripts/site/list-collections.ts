import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIBRARY } from '../../src/engine/collection/types.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { installedRerankers } from '../models/rerankers/installed-rerankers.ts';
import { COLLECTIONS_FOLDER } from '../repository/folders.ts';

/**
 * Bring public/collections/index.json in step with the folders beside it and with the rerankers in public/models, and say
 * which collections came and went. Where it cannot be written, that is said too: what it lists is still there to be served.
 * @throws AfterimageError `not-writable` where the list is a file of something else.
 */
export async function listCollections(folder = COLLECTIONS_FOLDER, say: (line: string) => void = console.log) {
  try {
    const rerankers = await installedRerankers(join(dirname(folder), 'models'));
    const ids = rerankers.map(({ id }) => id);
    const { added, removed } = await updateList(folder, ids);
    for (const name of added) say(`The collection ${name} is listed now.`);
    for (const name of removed.filter((one) => one !== LIBRARY)) {
      say(`The collection ${name} is no longer listed: there is none in its folder.`);
    }
    if (existsSync(join(folder, LIBRARY, 'manifest.json'))) say(reserved(folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error;
    say(`Warning: ${folder} cannot be written to (${code}), so the list of collections there stays as it was.`);
  }
}

function reserved(folder: string): string {
  return (
    `Warning: ${join(folder, LIBRARY)} is not listed, because "${LIBRARY}" is what the page calls the pictures of its visitors. ` +
    'Build that collection again under another name.'
  );
}
