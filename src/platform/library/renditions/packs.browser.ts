import { libraryFull } from '../database/errors.browser.ts';

/**
 * Files of the site's own file system (OPFS), each written once and never changed: a batch of renditions lies in one, so
 * that a batch costs one file, and 20,000 pictures some hundreds.
 */
export interface Packs {
  /** Write a new file, which is on the disk when this resolves. @returns its name. @throws as the browser does */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  /** A stretch of one; undefined where the file is not there, or ends before. */
  read(pack: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Never throws: what stays is found by the next check. */
  delete(packs: Iterable<string>): Promise<void>;
  /** All of them, with their sizes. */
  sizes(): Promise<Map<string, number>>;
}

/** A file handle with what only workers have, and not in every browser. */
interface PackHandle extends Omit<FileSystemFileHandle, 'createSyncAccessHandle' | 'createWritable'> {
  createSyncAccessHandle?(): Promise<{
    write(bytes: Uint8Array<ArrayBuffer>): number;
    flush(): void;
    close(): void;
  }>;
  createWritable?(): Promise<{ write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> }>;
}

/** Open files are kept, because opening one takes longer than reading from it. */
const MAX_OPEN = 64;

/** The files of the library of this name; undefined where the browser has no such file system, or it cannot be written to. */
export async function openPacks(name: string): Promise<Packs | undefined> {
  try {
    // Without locks, whoever tidies up could take a file away that is just being written.
    if (!('locks' in navigator)) return undefined;
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(encodeURIComponent(name), { create: true });
    return (await isWritable(folder)) ? createPacks(folder) : undefined;
  } catch {
    return undefined; // Firefox in private windows, among others
  }
}

/** Safari had no way to write outside workers before version 26. */
async function isWritable(folder: FileSystemDirectoryHandle): Promise<boolean> {
  const probe = '.probe';
  const handle = (await folder.getFileHandle(probe, { create: true })) as PackHandle;
  return 'createWritable' in handle || 'createSyncAccessHandle' in handle;
}

function createPacks(folder: FileSystemDirectoryHandle): Packs {
  const open = new Map<string, Promise<File>>();

  function openFile(pack: string): Promise<File> {
    const file = open.get(pack) ?? folder.getFileHandle(pack).then((handle) => handle.getFile());
    open.delete(pack); // so that it is the newest now
    open.set(pack, file);
    if (open.size > MAX_OPEN) open.delete(open.keys().next().value as string);
    file.catch(() => open.delete(pack));
    return file;
  }

  return {
    async write(bytes) {
      const pack = `${crypto.randomUUID()}.pack`;
      try {
        await writeFile((await folder.getFileHandle(pack, { create: true })) as PackHandle, bytes);
      } catch (error) {
        await folder.removeEntry(pack).catch(() => undefined);
        throw error;
      }
      return pack;
    },
    async read(pack, offset, length) {
      try {
        const bytes = await (await openFile(pack)).slice(offset, offset + length).arrayBuffer();
        return bytes.byteLength === length ? new Uint8Array(bytes) : undefined;
      } catch {
        open.delete(pack);
        return undefined;
      }
    },
    async delete(packs) {
      for (const pack of packs) {
        open.delete(pack);
        await folder.removeEntry(pack).catch(() => undefined);
      }
    },
    async sizes() {
      const sizes = new Map<string, number>();
      for await (const [name, handle] of folder.entries()) {
        if (!name.endsWith('.pack') || handle.kind !== 'file') continue;
        sizes.set(name, (await (handle as FileSystemFileHandle).getFile()).size);
      }
      return sizes;
    },
  };
}

async function writeFile(handle: PackHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!handle.createSyncAccessHandle) return writeStream(handle, bytes);
  const access = await handle.createSyncAccessHandle();
  try {
    const written = access.write(bytes);
    if (written < bytes.length) throw libraryFull();
    access.flush();
  } finally {
    access.close();
  }
}

async function writeStream(handle: PackHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const stream = await handle.createWritable?.();
  if (!stream) throw new TypeError('This browser cannot write files here.');
  await stream.write(bytes);
  await stream.close();
}
