import type { Filter } from '../data/filter.ts';
import type { EngineId } from '../protocol.ts';
import type { Files, Rows } from './sources.ts';

/** What is measured: a way from vectors to files, from files to an index, and from a query to rows. */
export interface Engine {
  /** Make what a static host would serve. Absent: the vectors themselves are the file, or a collection that Node makes. */
  build?(rows: Rows, files: Files): Promise<void>;
  load(rows: Rows, files: Files): Promise<Searcher>;
}

export interface Searcher {
  /** The row at each place, where rows do not lie as they were made: what is found and filtered are places then. */
  readonly order?: Uint32Array;
  /** At most `k` rows, best first; with a filter only rows that pass, where the engine can do that. */
  search(query: Float32Array, k: number, filter?: Filter): readonly number[];
  /** Search with a beam of this width from now on. */
  tune?(efSearch: number): void;
  /** Other ways to search the same index, by the engine that stands for them. */
  readonly others?: Partial<Readonly<Record<EngineId, Searcher>>>;
}
