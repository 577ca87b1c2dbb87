/** The index that lies beside the pictures of a folder: an exported library of these pictures, with paths inside the folder. */
import { sha256 } from '../../hashes/sha256.ts';
import { packPictures, toExported } from '../exchange/export-library.ts';
import type { LibraryModel, LibraryStore, StoredPicture } from '../library-store.ts';

/** Its name; it lies in the folder itself. */
export const INDEX_FILE = 'afterimage-index.zip';

/** Of the collection in it: whoever imports it by hand never sees this. */
const DESCRIPTION = {
  name: 'afterimage-index',
  title: 'Pictures of a folder',
  vectors: 'f32',
  withPlaces: true,
} as const;

/** What an index of a folder would hold now. */
export interface FolderContent {
  readonly model: LibraryModel;
  readonly pictures: readonly StoredPicture[];
  /** Changes whenever one of the pictures, a file of theirs, or the model does. */
  readonly fingerprint: string;
}

/** Undefined where there is nothing. */
export async function contentOf(
  store: Pick<LibraryStore, 'model' | 'all'>,
  folder: number,
): Promise<FolderContent | undefined> {
  const [model, all] = await Promise.all([store.model(), store.all()]);
  const pictures = all.flatMap((picture) => {
    const files = picture.files.filter((file) => file.folder === folder);
    const [first] = files;
    return first ? [{ ...picture, files, item: { ...picture.item, name: first.path } }] : [];
  });
  if (!model || pictures.length === 0) return undefined;
  const facts = pictures.map(({ sha256: hash, files, phash }) => [hash, phash, files.map((file) => toExported(file))]);
  const bytes = new TextEncoder().encode(JSON.stringify([model, facts]));
  return { model, pictures, fingerprint: await sha256(bytes) };
}

export function packFolder(store: Pick<LibraryStore, 'rendition'>, { model, pictures }: FolderContent): Promise<Blob> {
  const filesOf = ({ files }: StoredPicture) => files.map((file) => toExported(file));
  return packPictures({ store, model, pictures, filesOf }, DESCRIPTION);
}
