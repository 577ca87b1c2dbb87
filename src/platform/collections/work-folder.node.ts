import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import type { WorkFile, WorkFolder } from '../../indexing/ports.ts';

/** Runs what touches a place on disk, and makes coded errors of what the file system refuses. */
type Guard = <T>(place: string, call: () => Promise<T>) => Promise<T>;

/** The folder is made when something is first put into it. */
export function openWorkFolder(place: string, guard: Guard): WorkFolder {
  const openFile = (name: string, flags: string) =>
    guard(place, async () => {
      await mkdir(place, { recursive: true });
      return createWorkFile(await open(join(place, name), flags), join(place, name), guard);
    });
  return {
    place,
    readText: (name) =>
      guard(place, () =>
        readFile(join(place, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined;
          throw error;
        }),
      ),
    writeText: (name, text) =>
      guard(place, async () => {
        await mkdir(place, { recursive: true });
        const draft = join(place, `${name}.new`);
        const file = await open(draft, 'w');
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, join(place, name));
      }),
    create: (name) => openFile(name, 'w+'),
    open: (name) => openFile(name, 'r+'),
    remove: (name) => guard(place, () => rm(join(place, name), { force: true })),
    removeAll: () => guard(place, () => rm(place, { recursive: true, force: true })),
    async hash(pieces) {
      const hash = createHash('sha256');
      for await (const piece of pieces) hash.update(piece);
      return hash.digest('hex');
    },
  };
}

function createWorkFile(file: FileHandle, place: string, guard: Guard): WorkFile {
  return {
    write: (offset, bytes) =>
      guard(place, async () => {
        // On a full disk a write may take a part of what it is given without an error; the next one then fails.
        for (let done = 0; done < bytes.length; ) {
          done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
        }
      }),
    read: (offset, length) =>
      guard(place, async () => {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) throw new AfterimageError('input-changed', `${place} has been cut short. ${AGAIN}`);
          done += bytesRead;
        }
        return bytes;
      }),
    close: () =>
      guard(place, async () => {
        try {
          await file.sync();
        } finally {
          await file.close();
        }
      }),
  };
}

const AGAIN = 'Delete its folder, and build again.';
