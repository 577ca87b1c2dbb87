import type { Browser } from '@playwright/test';
import { median } from '../stats.ts';
import { buildEngine, type Outcome } from './build.ts';
import { ENGINES, withNeeded } from './engines.ts';
import type { DataKind, DataSet, EngineId } from './protocol.ts';
import { askAll } from './queries.ts';
import type { VectorsRow } from './report.ts';
import { openRoom, type Room } from './room.ts';

export interface RunOptions {
  readonly browser: Browser;
  readonly origin: string;
  /** Ascending. */
  readonly counts: readonly number[];
  readonly kinds: readonly DataKind[];
  readonly engines: readonly EngineId[];
  /** Milliseconds that one build, load or turn of queries may take. */
  readonly limit: number;
  readonly log: (line: string) => void;
  /** Called with all rows so far whenever there is a new one. */
  readonly onRows: (rows: readonly VectorsRow[]) => Promise<void>;
}

/** Loads of one engine whose median counts, unless one takes long enough to stand for itself. */
const LOADS = 3;
const LONG_LOAD = 4000;

/** First all builds, kinds side by side on two processors; then loads and queries, with nothing beside them. */
export async function runVectors(options: RunOptions): Promise<VectorsRow[]> {
  const { kinds, counts } = options;
  const outcomes = new Map(
    await Promise.all(kinds.map(async (kind) => [kind, await buildKind(options, kind)] as const)),
  );
  const rows: VectorsRow[] = [];
  for (const count of counts) {
    for (const kind of kinds) {
      rows.push(...(await measureSet(options, { kind, count }, outcomes.get(kind)?.get(count) ?? new Map())));
      await options.onRows(rows);
    }
  }
  return rows;
}

type Outcomes = ReadonlyMap<EngineId, Outcome>;

/** One after the other, small sets first: their times tell which large ones are hopeless. */
async function buildKind(options: RunOptions, kind: DataKind): Promise<Map<number, Outcomes>> {
  const all = new Map<number, Outcomes>();
  let smaller: { count: number; of: Outcomes } | undefined;
  for (const count of options.counts) {
    const outcomes = new Map<EngineId, Outcome>();
    for (const id of withNeeded(options.engines)) {
      const { filesOf, madeFrom } = ENGINES[id];
      const outcome = smaller?.of.get(id);
      const before = {
        needed: (filesOf ? [filesOf] : (madeFrom ?? [])).map((needed) => outcomes.get(needed) ?? {}),
        earlier: smaller && outcome && { count: smaller.count, outcome },
      };
      const made = await buildEngine(options, id, { kind, count }, before);
      options.log(`built ${count} ${kind}, ${id}: ${made.failure ?? `${((made.ms ?? 0) / 1000).toFixed(1)} s`}`);
      outcomes.set(id, made);
    }
    all.set(count, outcomes);
    smaller = { count, of: outcomes };
  }
  return all;
}

/** Load every engine of a set, each in a room that stays open, ask all of them, and close the rooms. */
async function measureSet(options: RunOptions, set: DataSet, outcomes: Outcomes): Promise<VectorsRow[]> {
  const rooms = new Map<EngineId, Room>();
  const rows: VectorsRow[] = [];
  for (const engine of options.engines) {
    const { ms, failure } = outcomes.get(engine) ?? {};
    const row = { ...set, engine, ...(ms ? { buildMs: ms } : {}) };
    if (failure) {
      rows.push({ ...row, failure });
      continue;
    }
    try {
      const { room, ...loaded } = await loadEngine(options, engine, set);
      rooms.set(engine, room);
      rows.push({ ...row, ...loaded });
    } catch (error) {
      rows.push({ ...row, failure: `load: ${(error as Error).message}` });
    }
    const { failure: failed, loadMs = 0 } = rows.at(-1) as VectorsRow; // just pushed
    options.log(`loaded ${set.count} ${set.kind}, ${engine}: ${failed ?? `${loadMs.toFixed(0)} ms`}`);
  }
  const answered = await askAll(rooms, set);
  for (const room of rooms.values()) await room.close();
  options.log(`asked ${set.count} ${set.kind}`);
  return rows.map((row) => ({ ...row, ...answered.get(row.engine) }));
}

interface LoadedRoom {
  readonly room: Room;
  readonly wireBytes: number;
  readonly loadMs: number;
  readonly memoryBytes?: number;
}

async function loadEngine(options: RunOptions, id: EngineId, set: DataSet): Promise<LoadedRoom> {
  const times: number[] = [];
  for (;;) {
    const room = await openRoom(options.browser, options.origin, id, options.limit);
    try {
      const { ms, wireBytes } = await room.load(set);
      times.push(ms);
      if (times.length === LOADS || ms > LONG_LOAD) {
        return { room, wireBytes, loadMs: median(times), memoryBytes: await room.memory() };
      }
    } catch (error) {
      await room.close();
      throw error;
    }
    await room.close();
  }
}
