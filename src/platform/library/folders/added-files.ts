import { isFilm, pairFiles } from '../../../indexing/pictures/pairs.ts';
import type { AddedFile } from '../../../protocol/library-worker.ts';
import { isPictureName } from '../../pictures/extensions.ts';
import { createRules, NO_MEDIA, NO_PATTERNS, type Rules } from '../../pictures/leave-out.ts';

export interface AddedPicture {
  readonly added: AddedFile;
  /** Paths of the other files that are the same picture. */
  readonly others: readonly string[];
}

/**
 * What of files that were added is taken for pictures. A file that was chosen by itself always is: if it is none, that is
 * said of it. Of a folder, what `build-index` would leave out is left out, as far as paths tell.
 */
export function picturesAmong(files: readonly AddedFile[]): AddedPicture[] {
  const rules = new Map<string, Rules>();
  const hidden = files.map(({ path }) => path).filter((path) => path.endsWith(`/${NO_MEDIA}`));
  const silent = hidden.map((path) => path.slice(0, -NO_MEDIA.length)).filter((folder) => folder.split('/').length > 2);
  const isTaken = ({ path }: AddedFile) => {
    const [root = '', ...inside] = path.split('/');
    if (inside.length === 0) return true;
    if (!isPictureName(path) && !isFilm(path)) return false;
    const ofRoot = rules.get(root) ?? createRules(NO_PATTERNS, root);
    rules.set(root, ofRoot);
    return ofRoot.test(inside.join('/')) === undefined && !silent.some((folder) => path.startsWith(folder));
  };
  const named = files.filter(isTaken).map((added) => ({ name: added.path, added }));
  const { pictures, films } = pairFiles(unique(named));
  const alone = films.filter(({ name }) => !name.includes('/'));
  return [
    ...pictures.map(({ file, others }) => ({ added: file.added, others: others.map(({ name }) => name) })),
    ...alone.map(({ added }) => ({ added, others: [] })),
  ];
}

/** Two files of one name, such as pasted ones, are two pictures: the later ones are called as if they lay in a folder. */
function unique<F extends { readonly name: string }>(files: readonly F[]): F[] {
  const taken = new Map<string, number>();
  return files.map((file) => {
    const before = taken.get(file.name) ?? 0;
    taken.set(file.name, before + 1);
    return before === 0 ? file : { ...file, name: `${before}\0/${file.name}` };
  });
}
