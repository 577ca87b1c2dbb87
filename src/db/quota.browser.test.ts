import { deleteDB } from 'idb';
import { expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { openDatabase } from './database.ts';
import { asks, exportOf, loggedSearch } from './testing-records.ts';

interface Session {
  send(method: 'Storage.overrideQuotaForOrigin', parameters: { origin: string; quotaSize?: number }): Promise<unknown>;
}

const FILE_RECORDS = 2_000;

/** An export of some 4 MB. Each has other searches. */
function exportNumber(n: number): Blob {
  const long = asks('x'.repeat(2_000));
  return new Blob([exportOf(Array.from({ length: FILE_RECORDS }, (_, i) => loggedSearch(n * FILE_RECORDS + i, long)))]);
}

it('a full disk is said, and nothing is lost', async () => {
  const name = `test-quota-${Date.now()}`;
  const session = cdp() as unknown as Session;
  const { origin } = location;
  const database = await openDatabase({ name });
  const rated = loggedSearch(1, { rating: 3 });
  await database.restore(rated);
  let imported = 0;
  const importNext = () =>
    database.importLines(exportNumber(imported + 1)).then(
      () => {
        imported += 1;
        return 'imported';
      },
      ({ code }) => code,
    );
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000 });
  try {
    // Chromium remembers for up to half a minute how much room there was. Until then imports may succeed.
    await expect.poll(importNext, { interval: 1_000 }).toBe('quota-exceeded');
  } finally {
    await session.send('Storage.overrideQuotaForOrigin', { origin });
  }
  expect(await database.get(rated.id)).toEqual(rated);
  expect((await database.stats()).count).toBe(1 + imported * FILE_RECORDS);
  database.close();
  await deleteDB(name);
});
