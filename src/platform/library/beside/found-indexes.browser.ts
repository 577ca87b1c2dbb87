import { toAfterimageError } from '../../../engine/errors.ts';
import type { ReadyPicture } from '../../../indexing/library/ready-pictures.ts';
import type { AddedFile, FoundIndex } from '../../../protocol/library-worker.ts';
import { fileIn } from '../folders/folder-access.browser.ts';
import type { LibraryFolders } from '../folders/library-folders.browser.ts';
import type { FoundFile, LibraryModel, LibraryStore, StoredFolder } from '../library-store.ts';
import { type FolderIndex, openFolderIndex, type ReadFile } from './folder-index.ts';
import { INDEX_FILE } from './index-file.ts';

/** The indexes that lie beside the pictures that are being added. */
export interface FoundIndexes {
  /** What the index of its folder has of a file. @param name what people call it */
  recall(file: FoundFile, name: string): Promise<ReadyPicture | undefined>;
  recallContent(sha256: string, file: FoundFile, name: string): Promise<ReadyPicture | undefined>;
  /** Files that were added by themselves: an index among them is one of the folder that it lies in. */
  give(files: readonly AddedFile[]): void;
  /** What came of the index of a folder whose handle is kept, or (null) of those of others, as long as this worker lives. */
  said(folder: number | null): FoundIndex | undefined;
  /** Look at the files anew: they may have changed. */
  forget(): void;
}

export interface FoundIndexesOptions {
  readonly store: Pick<LibraryStore, 'model' | 'setModel'>;
  readonly folders: Pick<LibraryFolders, 'get'>;
  /** Whether a library that has no model yet would take this one. */
  readonly fitsModel: (model: LibraryModel) => Promise<boolean>;
}

interface Given {
  readonly index: File;
  readonly files: Map<string, File>;
}

export function createFoundIndexes({ store, folders, fitsModel }: FoundIndexesOptions): FoundIndexes {
  const opened = new Map<string, Promise<FolderIndex | undefined>>();
  const said = new Map<number | null, FoundIndex>();
  const given = new Map<string, Given>();

  const isUsable = async (model: LibraryModel) => {
    const own = await store.model();
    if (own) return own.model.sha256 === model.model.sha256 && own.dim === model.dim;
    if (!(await fitsModel(model))) return false;
    await store.setModel(model);
    return true;
  };
  const open = async (folder: number | null, file: File | undefined, read: ReadFile) => {
    if (!file) return undefined;
    try {
      const { model, index } = await openFolderIndex(file, read, isUsable);
      said.set(folder, index ? { kind: 'used', pictures: index.pictures } : otherModel(model));
      return index;
    } catch (error) {
      said.set(folder, { kind: 'ignored', reason: ignored(error) });
      return undefined;
    }
  };
  const openKept = async (folder: number) => {
    const kept = folders.get(folder);
    const file = kept && (await indexIn(kept));
    return kept && open(folder, file, (path) => fileIn(kept.handle, path));
  };
  const openGiven = async (root: string) => {
    const { index, files } = given.get(root) ?? {};
    return open(null, index, async (path) => files?.get(path));
  };
  const indexOf = ({ folder, path }: FoundFile) => {
    const root = path.slice(0, path.indexOf('/') + 1);
    if (folder === null && !given.has(root)) return undefined;
    const key = `${folder} ${folder === null ? root : ''}`;
    const index = opened.get(key) ?? (folder === null ? openGiven(root) : openKept(folder));
    opened.set(key, index);
    return index;
  };

  return {
    async recall(file, name) {
      return (await indexOf(file))?.find(named(file, name));
    },
    async recallContent(hash, file, name) {
      return (await indexOf(file))?.findContent(hash, named(file, name));
    },
    give(added) {
      for (const { path, file } of added) {
        const root = path.slice(0, path.indexOf('/') + 1);
        if (root !== '' && path === root + INDEX_FILE) given.set(root, { index: file, files: new Map() });
      }
      for (const { path, file } of added) {
        const root = path.slice(0, path.indexOf('/') + 1);
        given.get(root)?.files.set(path.slice(root.length), file);
      }
    },
    said: (folder) => said.get(folder),
    forget: () => opened.clear(),
  };
}

/** Undefined: there is none, or nothing in it that is not known here, because it was written here. */
async function indexIn({ handle, index }: StoredFolder): Promise<File | undefined> {
  const file = await fileIn(handle, INDEX_FILE).catch(() => undefined);
  const own = index?.written;
  return file && own?.bytes === file.size && own.modified === file.lastModified ? undefined : file;
}

/** As the index of its folder names it. */
function named(file: FoundFile, name: string) {
  const path = file.folder === null ? file.path.slice(file.path.indexOf('/') + 1) : file.path;
  return { path, name, bytes: file.bytes, modified: file.modified, others: file.others };
}

function otherModel({ model }: LibraryModel): FoundIndex {
  const reason = `it was made with the model ${model.id}, and your pictures here with another one`;
  return { kind: 'ignored', reason };
}

/** Part of a sentence. */
function ignored(error: unknown): string {
  const { code } = toAfterimageError(error);
  if (code === 'import-invalid') return 'it is damaged, or no index of pictures';
  return 'it cannot be read now';
}
