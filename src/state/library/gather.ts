import type { AddedFile, Addition } from '../../protocol/library-worker.ts';
import type { Dropped } from './take-dropped.ts';

/** Of Chromium: a folder can be read again on later visits. */
interface PicksFolders {
  showDirectoryPicker?(options: { id: string; mode: 'read' }): Promise<FileSystemDirectoryHandle>;
}

export function canKeepFolders(): boolean {
  return (window as PicksFolders).showDirectoryPicker !== undefined;
}

/** Let the visitor choose a folder; none where they changed their mind. */
export async function pickFolder(): Promise<Addition[]> {
  try {
    const handle = await (window as PicksFolders).showDirectoryPicker?.({ id: 'afterimage-pictures', mode: 'read' });
    return handle ? [{ kind: 'folder', handle }] : [];
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}

/** Files of an input, with their paths where a folder was chosen. */
export function ofInput(files: Iterable<File>): Addition[] {
  return ofFiles(Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
}

function ofFiles(files: readonly AddedFile[]): Addition[] {
  return files.length > 0 ? [{ kind: 'files', files }] : [];
}

/** Pasted pictures are all called `image.png`: they are told apart by when they were pasted. */
export function ofPasted(files: readonly File[], now = new Date()): Addition[] {
  const pad = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join('.');
  return ofFiles(
    files.map((file, i) => {
      if (!/^image\.\w+$/.test(file.name)) return { path: file.name, file };
      const number = files.length > 1 ? ` (${i + 1})` : '';
      return { path: `Pasted ${day} ${time}${number}${file.name.slice('image'.length)}`, file };
    }),
  );
}

/** Folders by their handles where there are any, else all files in them. */
export async function ofDropped(dropped: readonly Dropped[]): Promise<Addition[]> {
  const folders: Addition[] = [];
  const files: AddedFile[] = [];
  for (const one of dropped) {
    const handle = await one.handle?.catch(() => null);
    if (handle && isFolder(handle)) folders.push({ kind: 'folder', handle });
    else if (one.entry?.isDirectory) await addFilesIn(one.entry as FileSystemDirectoryEntry, files);
    else if (one.file) files.push({ path: one.file.name, file: one.file, ...(isFile(handle) && { handle }) });
  }
  return [...folders, ...ofFiles(files)];
}

function isFolder(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === 'directory';
}

function isFile(handle: FileSystemHandle | null | undefined): handle is FileSystemFileHandle {
  return handle?.kind === 'file';
}

/** All files in a dropped folder and in those in it. One that cannot be read is left out: the browser does not say why. */
async function addFilesIn(folder: FileSystemDirectoryEntry, files: AddedFile[]): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) await addFilesIn(entry as FileSystemDirectoryEntry, files);
    else {
      const file = await fileOf(entry as FileSystemFileEntry);
      if (file) files.push({ path: entry.fullPath.replace(/^\//, ''), file });
    }
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // It gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File | undefined> {
  return new Promise((resolve) => entry.file(resolve, () => resolve(undefined)));
}
