import { expect, it } from 'vitest';
import type { LibraryAccess } from '../library/access.ts';
import type { Library } from '../library/library.ts';
import type { Log } from '../log/log.ts';
import type { Offline } from '../offline/offline.ts';
import { deleteEverything } from './delete-everything.ts';

/** What is left of it all. */
function kept(isUsed: boolean, breaks?: 'pictures' | 'log') {
  const left = new Set(['pictures', 'log', 'offline']);
  const drop = async (name: 'pictures' | 'log' | 'offline') => {
    if (name === breaks) throw new Error(`The ${name} stay.`);
    left.delete(name);
  };
  let loads = 0;
  const library = {
    isUsed: () => isUsed,
    async load() {
      loads++;
      return { clear: () => drop('pictures') } as Library;
    },
  } as LibraryAccess;
  const log = { database: async () => ({ wipe: () => drop('log') }) } as unknown as Log;
  const offline = { forget: () => drop('offline') } as unknown as Offline;
  return { left, loads: () => loads, run: () => deleteEverything(log, offline, library) };
}

it('deletes pictures, log and the offline copy', async () => {
  const all = kept(true);
  await all.run();
  expect([...all.left]).toEqual([]);
});

it('does not load a library that is not used', async () => {
  const all = kept(false);
  await all.run();
  expect(all.loads()).toBe(0);
});

it.each(['pictures', 'log'] as const)('says that the %s stay, and deletes the rest', async (name) => {
  const all = kept(true, name);
  await expect(all.run()).rejects.toThrow(`The ${name} stay.`);
  expect([...all.left]).toEqual([name]);
});
