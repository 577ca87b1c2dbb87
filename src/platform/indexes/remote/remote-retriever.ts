import type { Space } from '../../../engine/collection/extensions/remote.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { type Bitset, countBits, hasBit, listBits } from '../../../engine/index/bitset.ts';
import { sortRows } from '../../../engine/index/sort-rows.ts';
import { checkDim } from '../../../engine/numeric/dimension.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { bySimilarity, type Ranking, sliceRanking } from '../../../engine/search/ranking.ts';
import type { RetrieveOptions, Retriever } from '../../../engine/search/retriever.ts';
import { isAway } from '../../async/resume.ts';
import { toCosine } from './check-remote.ts';
import type { ChromaCollection } from './chroma.ts';

export interface RemoteRows {
  readonly chroma: Pick<ChromaCollection, 'query'>;
  /** Of the collection at the server, which was checked. */
  readonly id: string;
  readonly space: Space;
  readonly dim: number;
  readonly count: number;
  /** Of items, in the order of `rows`. */
  idsOf(rows: readonly number[]): Promise<string[]>;
}

/** So few rows that pass a filter are all asked for: their order is the exact one, whatever the server's index finds. */
const ALL_PASSING = 1000;
/** Ranks beside those that are wanted: a graph finds fewer of the last ones, and equal rows come by their numbers. */
const SPARE = 32;
/** Ids in one question, of rows that the server's index did not find. */
const IDS_AT_ONCE = 10_000;
/** What is asked for and answered for one row, in bytes: its id, quoted; its id, distance and number. */
const [ASKED_BYTES, ANSWERED_BYTES] = [19, 45];
/** Ranks that one question brings. */
export const PAGE = 1000;
/** Results whose ids are compared with those of the items; the page shows so many at once, and reads their records anyway. */
const CHECKED = 20;

/**
 * Ranks by asking a server. Filters are evaluated here, where albums and thumbs are known too: rows that pass are named to
 * the server by their ids, or, where these are more bytes than further results, more is asked for and what does not pass
 * is dropped here. Either way the best `k` that pass come, as far as the server's index finds them: of `ALL_PASSING` rows or
 * fewer, and where all are wanted, exactly them.
 * @throws AfterimageError `remote-outdated` where rows are not there or are others, and what `ChromaCollection` throws
 */
export function createRemoteRetriever(remote: RemoteRows): Retriever {
  const { dim, count } = remote;
  return {
    kind: 'remote',
    ...{ dim, size: count, pageSize: PAGE },
    async retrieve(query, { k, filter, signal }) {
      signal?.throwIfAborted();
      checkDim(query.length, dim);
      const passing = filter ? countBits(filter) : count;
      const wanted = Math.min(k, passing);
      if (wanted === 0) return { ...bySimilarity(new Uint32Array(), new Float32Array()), approximate: false };
      const found = await findRows(remote, query, wanted, { filter, passing, signal });
      const ranking = sliceRanking(inOrder(found), 0, wanted);
      await checkIds(remote, found, ranking);
      return { ...ranking, approximate: false };
    },
    dispose: () => {},
  };
}

interface Found {
  readonly id: string;
  readonly similarity: number;
}
type FoundRows = Map<number, Found>;

interface Asked extends Pick<RetrieveOptions, 'filter' | 'signal'> {
  /** Rows that pass. */
  readonly passing: number;
}

/** At least `wanted` rows that pass: asked for more and more, and at last, by their ids, for those that the index misses. */
async function findRows(remote: RemoteRows, query: Embedding, wanted: number, asked: Asked): Promise<FoundRows> {
  const { filter, passing, signal } = asked;
  const found: FoundRows = new Map();
  const ask = async (results: number, ids?: readonly string[]) => {
    const hits = await remote.chroma.query(remote.id, { query, results, ids, signal });
    for (const { id, row, distance } of hits) {
      if (row >= remote.count) throw outdated();
      if (!filter || hasBit(filter, row)) found.set(row, { id, similarity: toCosine(distance, remote.space) });
    }
  };
  if (filter && byIds(remote.count, passing, wanted)) {
    const rows = listed(filter, remote.count, passing);
    await ask(passing <= ALL_PASSING ? passing : Math.min(passing, wanted + SPARE), await remote.idsOf(rows));
  } else {
    for (let share = passing / remote.count, results = 0; found.size < wanted && results < remote.count; share /= 2) {
      results = Math.min(remote.count, Math.ceil(wanted / share) + SPARE);
      await ask(results);
    }
  }
  if (found.size < wanted) await askForRest(remote, found, asked, ask);
  if (found.size < wanted) throw outdated();
  return found;
}

/** Whether naming the rows that pass takes fewer bytes than asking for so many that enough of them pass. */
function byIds(count: number, passing: number, wanted: number): boolean {
  if (passing <= ALL_PASSING) return true;
  return ASKED_BYTES * passing < ANSWERED_BYTES * wanted * (count / passing);
}

/** Rows that pass and were not found, by their ids. */
async function askForRest(
  remote: RemoteRows,
  found: FoundRows,
  { filter, passing }: Asked,
  ask: (results: number, ids: readonly string[]) => Promise<void>,
): Promise<void> {
  const all = filter ? listed(filter, remote.count, passing) : Array.from({ length: remote.count }, (_, row) => row);
  const missing = all.filter((row) => !found.has(row));
  for (let at = 0; at < missing.length; at += IDS_AT_ONCE) {
    const some = missing.slice(at, at + IDS_AT_ONCE);
    await ask(some.length, await remote.idsOf(some));
  }
}

function listed(filter: Bitset, count: number, passing: number): number[] {
  const list = new Uint32Array(passing);
  return [...list.subarray(0, listBits(filter, list, count))];
}

/** Descending, ties by ascending row. */
function inOrder(found: FoundRows): Ranking {
  const rows = Uint32Array.from(found.keys()).sort();
  const similarities = Float32Array.from(rows, (row) => (found.get(row) as Found).similarity);
  return sortRows(rows, similarities);
}

/** Another push may have given rows to other pictures since the collection was opened here. */
async function checkIds({ idsOf }: RemoteRows, found: FoundRows, { rows }: Ranking): Promise<void> {
  const first = [...rows.subarray(0, CHECKED)];
  // Where records cannot be read now, what was found is shown without them, as of every collection.
  const ids = await idsOf(first).catch(nothingIfAway);
  if (ids && first.some((row, i) => found.get(row)?.id !== ids[i])) throw outdated();
}

function nothingIfAway(error: unknown): undefined {
  if (!isAway(error)) throw error;
}

function outdated(): AfterimageError {
  return new AfterimageError('remote-outdated', 'The server does not hold the pictures of this collection any more.');
}
