import type { IDBPDatabase } from 'idb';
import type { AfterimageSchema, Judgement } from '../schema.ts';

/** The newest thumb of every item that has one in any search, by item id. Of two searches the one that changed last counts. */
export async function newestJudgements(
  database: IDBPDatabase<AfterimageSchema>,
): Promise<ReadonlyMap<string, Judgement>> {
  const newest = new Map<string, { readonly value: Judgement; readonly changed: string }>();
  for await (const { value: search } of database.transaction('searches').store) {
    for (const [id, value] of Object.entries(search.judgements)) {
      if (search.changed > (newest.get(id)?.changed ?? '')) newest.set(id, { value, changed: search.changed });
    }
  }
  return new Map([...newest].map(([id, { value }]) => [id, value]));
}
