import { expose } from 'comlink';
import { type Answer, type Built, type DataSet, DIM, type EngineId, K, type Loaded } from '../protocol.ts';
import type { Engine, Searcher } from './engine.ts';
import { createFiles, createRows, fetchQueries } from './sources.ts';
import { wasmBytes } from './wasm-memory.ts';

/** Each engine is a file of its own: a worker fetches the library that it measures and no other. */
const ENGINES: Readonly<Record<EngineId, () => Promise<Engine>>> = {
  hnsw: async () => (await import('./engines/hnsw.ts')).hnsw,
  exact: async () => (await import('./engines/exact.ts')).exact,
  hnswlib: async () => (await import('./engines/hnswlib.ts')).hnswlib,
  voy: async () => (await import('./engines/voy.ts')).voy,
  edgevec: async () => (await import('./engines/edgevec.ts')).edgevec,
  'edgevec-bq': async () => (await import('./engines/edgevec.ts')).edgevecBinary,
  'edgevec-flat': async () => (await import('./engines/edgevec.ts')).edgevecFlat,
  loop: async () => (await import('./engines/loop.ts')).loop,
};

let searcher: Searcher | undefined;
let queries = new Float32Array();

const host = {
  /** Undefined where the engine serves the vectors as they are. */
  async build(id: EngineId, set: DataSet): Promise<Built | undefined> {
    const engine = await ENGINES[id]();
    if (!engine.build) return undefined;
    const wire = { bytes: 0, ms: 0 };
    const started = performance.now();
    await engine.build(createRows(set, wire), createFiles(set, id, wire));
    return { ms: performance.now() - started - wire.ms };
  },

  async load(id: EngineId, set: DataSet): Promise<Loaded> {
    queries = await fetchQueries(set.kind);
    const wire = { bytes: 0, ms: 0 };
    const started = performance.now();
    const engine = await ENGINES[id]();
    searcher = await engine.load(createRows(set, wire), createFiles(set, id, wire));
    return { ms: performance.now() - started, wireBytes: wire.bytes };
  },

  /** Bytes of WebAssembly's memories. */
  wasmBytes,

  /** Queries `from` … `from + count − 1`, one after the other. */
  search(from: number, count: number): Answer[] {
    if (!searcher) throw new Error('Nothing is loaded.');
    const answers: Answer[] = [];
    for (let i = from; i < from + count; i++) {
      const query = queries.slice(i * DIM, (i + 1) * DIM);
      const started = performance.now();
      const rows = searcher.search(query, K);
      const ms = performance.now() - started;
      answers.push({ rows: [...rows], ms });
    }
    return answers;
  },
};

export type EngineHost = typeof host;

expose(host);
