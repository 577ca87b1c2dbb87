import type { RunOptions } from '../options.ts';
import type { DataKind, DataSet, EngineId } from '../protocol.ts';
import { buildEngine, type Outcome } from './build.ts';

export type Outcomes = ReadonlyMap<EngineId, Outcome>;

interface Smaller {
  readonly count: number;
  readonly of: Outcomes;
}

/** One after the other, small sets first: their times tell which large ones are hopeless. */
export async function buildKind(options: RunOptions, kind: DataKind): Promise<Map<number, Outcomes>> {
  const all = new Map<number, Outcomes>();
  let smaller: Smaller | undefined;
  for (const count of options.counts) {
    const of: Outcomes = await buildSet(options, { kind, count }, options.engines, smaller);
    all.set(count, of);
    smaller = { count, of };
  }
  return all;
}

export async function buildSet(
  options: RunOptions,
  set: DataSet,
  engines: readonly EngineId[],
  smaller: Smaller | undefined,
): Promise<Outcomes> {
  const outcomes = new Map<EngineId, Outcome>();
  for (const id of engines) {
    const outcome = smaller?.of.get(id);
    const made = await buildEngine(options, id, set, smaller && outcome && { count: smaller.count, outcome });
    const result = made.failure ?? `${((made.ms ?? 0) / 1000).toFixed(1)} s`;
    options.log(`built ${set.count} ${set.kind}, ${id}: ${result}`);
    outcomes.set(id, made);
  }
  return outcomes;
}
