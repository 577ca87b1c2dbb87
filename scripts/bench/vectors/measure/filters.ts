import { closeSync, openSync } from 'node:fs';
import { seededRandom } from '../../../../src/engine/numeric/testing-vectors.ts';
import { spread } from '../../stats.ts';
import { openSimilarities, readQueries, readRows, vectorsFile } from '../data/data.ts';
import { createFilter, passingRows } from '../data/filter.ts';
import { createExactScan, type Truth } from '../data/truth.ts';
import { type Answer, type DataSet, DIM, type EngineId, K, TOLERANCE } from '../protocol.ts';
import { recallOf } from './recall.ts';
import type { Room } from './room.ts';

/** One engine's answers where few rows pass. */
export interface FilterRow extends DataSet {
  readonly engine: EngineId;
  /** Rows of a thousand that pass; 1000 stands for no filter. */
  readonly permille: number;
  readonly passing: number;
  readonly p50: number;
  readonly p95: number;
  readonly strict: number;
  readonly tolerant: number;
}

/** Engines that take a filter, of those that are measured. `hnsw` compares all rows that pass, as `exact` does. */
export const FILTERING: readonly EngineId[] = ['hnsw', 'exact', 'codes', 'hnswlib', 'loop'];

const SHARES = [1000, 100, 10, 1];
const QUERIES = 200;

/** Queries that are not counted: what is compiled while it runs is compiled then. */
const WARM = 10;

/** The rooms have loaded the set. Engines take turns, query by query. */
export async function measureFilters(rooms: ReadonlyMap<EngineId, Room>, set: DataSet): Promise<FilterRow[]> {
  const rows: FilterRow[] = [];
  const similarities = openSimilarities(set.kind);
  for (const permille of SHARES) {
    const passing = passingRows(createFilter(set.count, permille)).filter((row) => row < set.count);
    const truth = truthOf(set, passing);
    for (const [engine, taken] of await askFiltered(rooms, set, permille)) {
      const { p50, p95 } = spread(taken.map(({ ms }) => ms));
      const recall = recallOf(
        taken.map((answer) => answer.rows),
        truth,
        TOLERANCE,
        similarities.of,
      );
      rows.push({ ...set, engine, permille, passing: passing.length, p50, p95, ...recall });
    }
  }
  similarities.close();
  return rows;
}

async function askFiltered(
  rooms: ReadonlyMap<EngineId, Room>,
  set: DataSet,
  permille: number,
): Promise<Map<EngineId, Answer[]>> {
  const answers = new Map([...rooms.keys()].map((id) => [id, [] as Answer[]]));
  for (const room of rooms.values()) {
    await room.filter(permille, set);
    await room.search(0, WARM);
  }
  // By chance, because some leave less in the processor's cache to whoever comes next.
  const random = seededRandom(permille);
  for (let query = 0; query < QUERIES; query++) {
    const turns = Array.from(rooms, ([id, room]) => ({ id, room, at: random() }));
    turns.sort((a, b) => a.at - b.at);
    for (const { id, room } of turns) answers.get(id)?.push(...(await room.search(query, 1)));
  }
  return answers;
}

/** The exact nearest among the rows that pass. */
function truthOf({ kind }: DataSet, passing: readonly number[]): Truth {
  const scan = createExactScan(readQueries(kind, QUERIES), DIM, K);
  const fd = openSync(vectorsFile(kind), 'r');
  passing.forEach((row, i) => {
    scan.add(readRows(fd, row, 1), i);
  });
  closeSync(fd);
  const { rows, similarities } = scan.truth();
  return { rows: rows.map((found) => found.map((i) => passing[i] as number)), similarities };
}
