import { median } from '../../stats.ts';
import { predictBuild } from '../build/build.ts';
import type { Outcomes } from '../build/builds.ts';
import { ENGINES } from '../engines.ts';
import type { RunOptions } from '../options.ts';
import type { DataSet, EngineId } from '../protocol.ts';
import type { VectorsRow } from '../report.ts';
import { openRoom, type Room } from './room.ts';

/** Loads of one engine whose median counts, unless one takes long enough to stand for itself. */
const LOADS = 3;
const LONG_LOAD = 4000;

export interface LoadedSet {
  readonly rooms: Map<EngineId, Room>;
  readonly rows: VectorsRow[];
}

/** Load every engine of a set, each in a room that stays open. `smaller`: what was measured of smaller sets. */
export async function loadSet(
  options: RunOptions,
  set: DataSet,
  outcomes: Outcomes,
  smaller: readonly VectorsRow[],
): Promise<LoadedSet> {
  const loaded: LoadedSet = { rooms: new Map(), rows: [] };
  for (const engine of options.engines) {
    const { ms, failure = whyHopeless(options, engine, set, smaller) } = outcomes.get(engine) ?? {};
    const row = await loadRow(options, engine, set, loaded, failure);
    loaded.rows.push(ms ? { ...row, buildMs: ms } : row);
    options.log(`loaded ${set.count} ${set.kind}, ${engine}: ${row.failure ?? `${row.loadMs?.toFixed(0)} ms`}`);
  }
  return loaded;
}

async function loadRow(
  options: RunOptions,
  engine: EngineId,
  set: DataSet,
  { rooms, rows }: LoadedSet,
  failure: string | undefined,
): Promise<VectorsRow> {
  const row = { ...set, engine };
  if (failure) return { ...row, failure };
  const host = ENGINES[engine].roomOf;
  if (host) {
    const hostRow = rows.find((other) => other.engine === host);
    const room = rooms.get(host);
    if (!room) return { ...row, failure: hostRow?.failure ?? `${host} is not measured` };
    rooms.set(engine, room.as(engine));
    return { ...hostRow, ...row };
  }
  try {
    const { room, loadMs, ...sizes } = await loadEngine(options, engine, set);
    rooms.set(engine, room);
    return { ...row, loadMs, ...sizes, ...(ENGINES[engine].buildsOnLoad ? { buildMs: loadMs } : {}) };
  } catch (error) {
    return { ...row, failure: `load: ${(error as Error).message}` };
  }
}

/** An engine that builds on every load is not even tried where that would take longer than a build may. */
function whyHopeless(
  { limit }: RunOptions,
  engine: EngineId,
  { kind, count }: DataSet,
  smaller: readonly VectorsRow[],
): string | undefined {
  if (!ENGINES[engine].buildsOnLoad) return undefined;
  const earlier = smaller.findLast((row) => row.engine === engine && row.kind === kind);
  if (earlier?.failure) return `failed at ${earlier.count.toLocaleString('en')} already`;
  const predicted = predictBuild(earlier?.loadMs ?? 0, earlier?.count ?? count, count);
  if (predicted <= limit) return undefined;
  return `not tried: its build, on every load, would take about ${Math.round(predicted / 60_000)} minutes`;
}

interface LoadedRoom {
  readonly room: Room;
  readonly wireBytes: number;
  readonly loadMs: number;
  readonly memoryBytes: number;
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
