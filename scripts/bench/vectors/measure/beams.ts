import type { DataSet, EngineId } from '../protocol.ts';
import { type Answered, askAll } from './queries.ts';
import type { Room } from './room.ts';

/** One engine's answers with a beam of another width. */
export interface BeamRow extends DataSet, Answered {
  readonly engine: EngineId;
  readonly efSearch: number;
}

/** Engines that search a graph with a beam whose width can be set. */
const WITH_BEAM: readonly EngineId[] = ['hnsw', 'hnswlib'];

/** The rooms have loaded the set. What fails is left out: the table of the set says why. */
export async function measureBeams(
  rooms: ReadonlyMap<EngineId, Room>,
  set: DataSet,
  widths: readonly number[],
): Promise<BeamRow[]> {
  const able = new Map([...rooms].filter(([id]) => WITH_BEAM.includes(id)));
  const rows: BeamRow[] = [];
  for (const efSearch of widths) {
    for (const room of able.values()) await room.tune(efSearch);
    for (const [engine, answered] of await askAll(able, set)) {
      if (!('failure' in answered)) rows.push({ ...set, engine, efSearch, ...answered });
    }
  }
  return rows.sort((a, b) => WITH_BEAM.indexOf(a.engine) - WITH_BEAM.indexOf(b.engine));
}
