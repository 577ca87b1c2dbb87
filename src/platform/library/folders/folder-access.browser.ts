import { AfterimageError } from '../../../engine/errors.ts';
import { NotAtHand } from '../../../indexing/library/ports.ts';
import type { LibraryFolder } from '../../../protocol/library-worker.ts';

export type Access = LibraryFolder['access'];

/** Of the File System Access API, which the DOM types of TypeScript do not have. */
interface WithPermissions {
  queryPermission?(descriptor: { readonly mode: Mode }): Promise<PermissionState>;
}
type Mode = 'read' | 'readwrite';

/** Whether a handle may be read (and written to) now. Handles of browsers that know no permissions may. */
export async function permissionOf(handle: FileSystemHandle, mode: Mode = 'read'): Promise<PermissionState> {
  return (await (handle as WithPermissions).queryPermission?.({ mode })) ?? 'granted';
}

/** Whether a folder may be read, and is there. */
export async function accessOf(handle: FileSystemDirectoryHandle): Promise<Access> {
  const permission = await permissionOf(handle);
  if (permission !== 'granted') return permission;
  return (await isThere(handle)) ? 'granted' : 'missing';
}

async function isThere(handle: FileSystemDirectoryHandle): Promise<boolean> {
  try {
    await handle.keys().next();
    return true;
  } catch (error) {
    return !isNamed(error, 'NotFoundError');
  }
}

/**
 * The file at a path inside a folder.
 * @throws NotAtHand where the whole folder cannot be read now; AfterimageError `picture-unavailable`
 */
export async function fileIn(root: FileSystemDirectoryHandle, path: string): Promise<File> {
  try {
    const { parent, name } = await placeIn(root, path);
    return await (await parent.getFileHandle(name)).getFile();
  } catch (error) {
    if ((await accessOf(root)) !== 'granted') throw new NotAtHand('The folder cannot be read now.', { cause: error });
    throw unavailable(error);
  }
}

/** The folder that a file lies in, and its name there. @throws DOMException where the folder is not there */
export async function placeIn(
  root: FileSystemDirectoryHandle,
  path: string,
): Promise<{ readonly parent: FileSystemDirectoryHandle; readonly name: string }> {
  const names = path.split('/');
  const name = names.pop() ?? '';
  let parent = root;
  for (const folder of names) parent = await parent.getDirectoryHandle(folder);
  return { parent, name };
}

/** @throws AfterimageError `picture-unavailable` */
export async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw unavailable(error);
  }
}

export function unavailable(error: unknown): AfterimageError {
  return new AfterimageError('picture-unavailable', reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): string {
  if (isNamed(error, 'NotFoundError')) return 'It is not there any more.';
  if (isNamed(error, 'NotAllowedError') || isNamed(error, 'SecurityError')) return 'The browser may not read it.';
  if (isNamed(error, 'NotReadableError')) {
    return 'It cannot be read: it changed since it was chosen, its disk reports an error, or a cloud has not sent it.';
  }
  return 'It cannot be read.';
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}
