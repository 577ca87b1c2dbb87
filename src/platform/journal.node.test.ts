import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JournalPicture } from '../indexing/ports.ts';
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
