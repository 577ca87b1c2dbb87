import { spread } from '../../stats.ts';
import { openSimilarities, queryCountOf, readTruth } from '../data/data.ts';
import { type Answer, type DataSet, type EngineId, K, TOLERANCE } from '../protocol.ts';
import { recallOf } from './recall.ts';
import type { Room } from './room.ts';

/** What a table shows of an engine's answers. */
export interface Answered {
  readonly queries: number;
  /** Milliseconds from a query vector in the worker to its rows. */
  readonly p50: number;
  readonly p95: number;
  readonly strict: number;
  readonly tolerant: number;
}

/** Queries one engine answers before the next one's turn: the first finds cold caches, as a person's query does. */
const TURN = 5;
/** Milliseconds of searching that an engine gets for a set, and queries that it answers in any case. */
const BUDGET = 25_000;
const LEAST = 10;

/** All engines in turns, so that a busy moment of the machine falls on all of them. A failure ends an engine's part. */
export async function askAll(
  rooms: ReadonlyMap<EngineId, Room>,
  set: DataSet,
): Promise<Map<EngineId, Answered | { readonly failure: string }>> {
  const count = queryCountOf(set.count);
  const answers = new Map([...rooms.keys()].map((id) => [id, [] as Answer[]]));
  const failures = new Map<EngineId, string>();
  const ask = async (id: EngineId, room: Room, from: number): Promise<Answer[]> => {
    try {
      return await room.search(from, Math.min(TURN, count - from));
    } catch (error) {
      failures.set(id, `search: ${(error as Error).message}`);
      return [];
    }
  };
  // What is compiled while it runs is compiled now.
  for (const [id, room] of rooms) for (let from = 0; from < 2 * TURN; from += TURN) await ask(id, room, from);
  for (let from = 0; from < count; from += TURN) {
    for (const [id, room] of rooms) {
      const taken = answers.get(id) ?? [];
      const spent = taken.reduce((sum, { ms }) => sum + ms, 0);
      if (failures.has(id) || taken.length < from || (spent > BUDGET && taken.length >= LEAST)) continue;
      taken.push(...(await ask(id, room, from)));
    }
  }
  return summarise(answers, failures, set);
}

function summarise(
  answers: ReadonlyMap<EngineId, readonly Answer[]>,
  failures: ReadonlyMap<EngineId, string>,
  set: DataSet,
): Map<EngineId, Answered | { readonly failure: string }> {
  const truth = readTruth(set);
  const similarities = openSimilarities(set.kind);
  const summaries = new Map<EngineId, Answered | { readonly failure: string }>();
  for (const [id, taken] of answers) {
    const failure = failures.get(id);
    const rows = taken.map((answer) => answer.rows.slice(0, K));
    const { p50, p95 } = spread(taken.map(({ ms }) => ms));
    const recall = recallOf(rows, truth, TOLERANCE, similarities.of);
    summaries.set(id, failure ? { failure } : { queries: taken.length, p50, p95, ...recall });
  }
  similarities.close();
  return summaries;
}
