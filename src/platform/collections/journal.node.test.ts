import {
  type FileHandle,
  lstat,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import type { JournalPicture } from '../../indexing/ports.ts';
import { openJournal } from './journal.node.ts';

async function journalPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'journal');
}

function picture(n: number): JournalPicture {
  const id = n.toString(16).padStart(16, '0');
  const thumbnail = { path: `thumbs/00/${id}.webp`, width: 1, height: 1 };
  const record = { id, width: n, height: 1, bytes: 1, date: null, thumbnail, preview: null };
  return { record, vector: new Float32Array([n, -n, 0.5]), mode: 'preview', redrawn: n % 2 === 0 };
}

type Piecewise = (this: FileHandle, bytes: Uint8Array, from: number, length: number, at: number) => Promise<unknown>;

/** Of all open files; `path` is only opened. */
async function handlePrototype(path: string): Promise<FileHandle> {
  const file = await open(path, 'a');
  await file.close();
  return Object.getPrototypeOf(file);
}

async function readAll(path: string, key = 'k'): Promise<JournalPicture[]> {
  const journal = await openJournal(path, key);
  const pictures = await journal.read();
  await journal.close();
  return pictures;
}

test('gives back what was appended, over several runs', async () => {
  const path = await journalPath();
  for (const batch of [[picture(1), picture(2)], [picture(3)]]) {
    const journal = await openJournal(path, 'k');
    await journal.append(batch);
    await journal.close();
  }
  expect(await readAll(path)).toEqual([picture(1), picture(2), picture(3)]);
});

test('is begun anew for another key', async () => {
  const path = await journalPath();
  const journal = await openJournal(path, 'one model');
  await journal.append([picture(1)]);
  await journal.close();
  expect(await readAll(path, 'another model')).toEqual([]);
  expect(await readAll(path, 'one model')).toEqual([]);
});

test('torn off at any byte, or damaged, it gives whole batches and can be continued', async () => {
  const path = await journalPath();
  const journal = await openJournal(path, 'k');
  await journal.append([picture(1)]);
  await journal.append([picture(2), picture(3)]);
  await journal.close();
  const whole = await readFile(path);
  const isBatches = (ids: readonly number[]) => ['', '1', '1,2,3'].includes(ids.join());
  for (let length = 0; length <= whole.length; length += 7) {
    await writeFile(path, whole.subarray(0, length));
    expect(isBatches((await readAll(path)).map(({ record }) => record.width))).toBe(true);
  }
  for (let at = 0; at < whole.length; at += 11) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] as number) ^ 0x10;
    await writeFile(path, damaged);
    expect(isBatches((await readAll(path)).map(({ record }) => record.width))).toBe(true);
  }
  await writeFile(path, whole.subarray(0, whole.length - 1));
  const continued = await openJournal(path, 'k');
  await continued.append([picture(9)]);
  await continued.close();
  expect((await readAll(path)).map(({ record }) => record.width)).toEqual([1, 9]);
});

test('of more than 2 GiB it gives what it holds; zeros that a crash left behind are no entries', async () => {
  const path = await journalPath();
  const journal = await openJournal(path, 'k');
  await journal.append([picture(1), picture(2)]);
  await journal.close();
  const { size } = await stat(path);
  await truncate(path, 2 ** 31 + 100); // a hole, which takes no space on the disk
  expect(await readAll(path)).toEqual([picture(1), picture(2)]);
  expect((await stat(path)).size).toBe(size);
});

test('one that cannot be opened or read is an error, and stays', async () => {
  const path = await journalPath();
  await symlink(path, path);
  await expect(openJournal(path, 'k')).rejects.toMatchObject({ code: 'ELOOP' });
  expect((await lstat(path)).isSymbolicLink()).toBe(true);

  const other = await journalPath();
  const journal = await openJournal(other, 'k');
  await journal.append([picture(1)]);
  await journal.close();
  const before = await readFile(other);
  const reads = vi.spyOn(await handlePrototype(other), 'read');
  reads.mockRejectedValue(Object.assign(new Error('The disk is worn.'), { code: 'EIO' }));
  await expect(openJournal(other, 'k')).rejects.toMatchObject({ code: 'EIO' });
  reads.mockRestore();
  expect(await readFile(other)).toEqual(before);
});

test('what a disk takes and gives in pieces is whole', async () => {
  const path = await journalPath();
  const prototype = await handlePrototype(path);
  for (const name of ['write', 'read'] as const) {
    const whole = prototype[name] as Piecewise;
    const spy = vi.spyOn(prototype, name) as unknown as MockInstance<Piecewise>;
    spy.mockImplementation(function (this: FileHandle, bytes, from, length, at) {
      return whole.call(this, bytes, from, Math.ceil(length / 3), at);
    });
    onTestFinished(() => spy.mockRestore());
  }
  const journal = await openJournal(path, 'k');
  await journal.append([picture(1), picture(2)]);
  await journal.append([picture(3)]);
  await journal.close();
  expect(await readAll(path)).toEqual([picture(1), picture(2), picture(3)]);
});
