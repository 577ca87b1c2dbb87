import { expose } from 'comlink';
import { createFilter, type Filter, filterPlaces } from '../data/filter.ts';
import type { Answer, Built, DataSet, EngineId, Live, Loaded, OnDemand } from '../protocol.ts';
import { ask } from './ask.ts';
import type { Engine, Searcher } from './engine.ts';
import { createFiles, createRows, createWire, fetchQueries } from './sources.ts';
import { wasmBytes } from './wasm-memory.ts';

/** Each engine is a file of its own: a worker fetches the library that it measures and no other. */
const ENGINES: Readonly<Record<EngineId, () => Promise<Engine>>> = {
  hnsw: async () => (await import('./engines/collection.ts')).hnsw,
  exact: async () => (await import('./engines/collection.ts')).exact,
  'exact-f16': async () => (await import('./engines/collection.ts')).exactF16,
  codes: async () => (await import('./engines/collection.ts')).codes,
  hnswlib: async () => (await import('./engines/hnswlib.ts')).hnswlib,
  voy: async () => (await import('./engines/voy.ts')).voy,
  edgevec: async () => (await import('./engines/edgevec.ts')).edgevec,
  'edgevec-bq': async () => (await import('./engines/edgevec.ts')).edgevec,
  'edgevec-flat': async () => (await import('./engines/edgevec.ts')).edgevecFlat,
  loop: async () => (await import('./engines/loop.ts')).loop,
};

let searcher: Searcher | undefined;
let queries = new Float32Array();
let filter: Filter | undefined;

const host = {
  /** Undefined where the engine serves the vectors as they are. */
  async build(id: EngineId, set: DataSet): Promise<Built | undefined> {
    const engine = await ENGINES[id]();
    if (!engine.build) return undefined;
    const wire = createWire();
    const started = performance.now();
    await engine.build(createRows(set, wire), createFiles(set, id, wire)).catch(asError);
    return { ms: performance.now() - started - wire.ms };
  },

  async load(id: EngineId, set: DataSet): Promise<Loaded> {
    queries = await fetchQueries(set.kind);
    const wire = createWire();
    const started = performance.now();
    const engine = await ENGINES[id]();
    searcher = await engine.load(createRows(set, wire), createFiles(set, id, wire)).catch(asError);
    return { ms: performance.now() - started, wireBytes: wire.bytes };
  },

  /** What a measurement of memory leaves out, WebAssembly, less what is not the engine's: the queries. */
  bytesBeside: () => wasmBytes() - queries.byteLength,

  /** Let only about `permille` rows of a thousand pass from now on; all with 1000. */
  filter(permille: number, { count }: DataSet): void {
    const rows = permille === 1000 ? undefined : createFilter(count, permille);
    filter = rows && searcher?.order ? filterPlaces(rows, searcher.order) : rows;
  },

  /** Width of the beam from now on, for engines that have one. */
  tune(efSearch: number): void {
    searcher?.tune?.(efSearch);
  },

  /** Queries `from` … `from + count − 1`, one after the other. */
  search(id: EngineId, from: number, count: number): Answer[] {
    if (!searcher) throw new Error('Nothing is loaded.');
    return ask(searcher.others?.[id] ?? searcher, queries, from, count, filter);
  },

  /** Add the `additions` rows that follow those of the set to an index of ours, and ask it on the way. */
  async live(id: 'hnsw' | 'exact', set: DataSet, additions: number): Promise<Live> {
    const wire = createWire();
    const { measureLive } = await import('./live.ts');
    const questions = await fetchQueries(set.kind);
    return measureLive(id, createRows(set, wire), createFiles(set, id, wire), additions, questions);
  },

  /** Queries 0 … `count − 1` while vectors are fetched as they are needed. */
  async onDemand(set: DataSet, count: number): Promise<OnDemand> {
    const wire = createWire();
    const { measureOnDemand } = await import('./on-demand.ts');
    return measureOnDemand(createFiles(set, 'codes', wire), wire, await fetchQueries(set.kind), count);
  },
};

/** Libraries throw all kinds of things; only an error keeps its message on the way to the page. */
function asError(thrown: unknown): never {
  if (thrown instanceof Error) throw thrown;
  throw new Error(typeof thrown === 'string' ? thrown : JSON.stringify(thrown));
}

export type EngineHost = typeof host;

expose(host);
