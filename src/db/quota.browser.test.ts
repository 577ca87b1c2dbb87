import { deleteDB } from 'idb';
import { expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { openDatabase } from './database.ts';
import { asks, exportOf, loggedSearch } from './testing-records.ts';

interface Session {
  send(method: 'Storage.overrideQuotaForOrigin', parameters: { origin: string; quotaSize?: number }): Promise<unknown>;
}

it('a full disk is said, and nothing is lost', async () => {
  const name = `test-quota-${Date.now()}`;
  const session = cdp() as unknown as Session;
  const { origin } = location;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000 });
  const database = await openDatabase({ name });
  const file = exportOf(Array.from({ length: 2_000 }, (_, i) => loggedSearch(i + 1, asks('x'.repeat(2_000)))));
  const importAll = async () => {
    await database.clear();
    await database.restore(loggedSearch(1, { rating: 3 }));
    return await database.importLines(new Blob([file]));
  };
  try {
    // Chromium remembers for up to half a minute how much room there was, when another test has written before.
    const outcome = () => importAll().catch(({ code }) => code);
    await expect.poll(outcome, { interval: 1_000 }).toBe('quota-exceeded');
  } finally {
    await session.send('Storage.overrideQuotaForOrigin', { origin });
  }
  expect((await database.list({ limit: 5 })).searches).toEqual([loggedSearch(1, { rating: 3 })]);
  database.close();
  await deleteDB(name);
});
