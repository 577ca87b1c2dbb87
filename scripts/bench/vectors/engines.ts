import { maxRows } from '../../../src/platform/indexes/hnsw/hnsw-index.ts';
import { sourcesVersion } from '../sources-version.ts';
import { DIM, type EngineId, GRAPH } from './protocol.ts';

/** What the script knows of an engine; how it works is in `page/engines/`. */
export interface EngineEntry {
  readonly title: string;
  readonly own: boolean;
  /** Another way to search the index of this engine, in the same worker. */
  readonly roomOf?: EngineId;
  /** Cannot read a file of its own: it builds its index from the vectors whenever it is loaded. */
  readonly buildsOnLoad?: true;
  /** Files that were built under the same version are taken as they are. */
  readonly version: string;
  /** Why so many rows are not even tried. */
  readonly refuses?: (count: number) => string | undefined;
}

const parameters = Object.values(GRAPH).join('-');
const OWN = sourcesVersion([
  'src/engine',
  'src/platform',
  'src/indexing/indexes/beam.ts',
  'src/indexing/indexes/make-codes.ts',
  'scripts/bench/vectors/build/collection-parts.ts',
]);

/** A WebAssembly heap of 2 GiB. */
function heapIsFull(count: number): string | undefined {
  const most = maxRows(DIM, GRAPH.M);
  return count > most ? `its heap of 2 GiB holds ${most.toLocaleString('en')} vectors at most` : undefined;
}

/**
 * Bytes of a value in IndexedDB, as Chromium 156 has it: a longer one aborts its transaction with "The serialized keys and/or
 * value are too large (size=219000091 bytes, max=133169152 bytes)".
 */
const LONGEST_VALUE = 133_169_152;

/** hnswlib-wasm keeps its file as one value and does not hear that it was refused. Upper levels of the graph come on top. */
function fileIsTooLong(count: number): string | undefined {
  const bytes = count * (4 * DIM + 8 * GRAPH.M + 12);
  if (bytes < LONGEST_VALUE) return undefined;
  return `its file of ${mega(bytes)} MB is one value in IndexedDB, of which Chromium takes ${mega(LONGEST_VALUE)} MB at most`;
}

const mega = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en');

export const ENGINES: Readonly<Record<EngineId, EngineEntry>> = {
  hnsw: { title: 'Afterimage, hnsw', own: true, version: OWN, refuses: heapIsFull },
  exact: { title: 'Afterimage, exact', own: true, version: OWN },
  'exact-f16': { title: 'Afterimage, exact, float16 vectors', own: true, version: OWN },
  codes: { title: 'Afterimage, codes', own: true, version: OWN },
  hnswlib: { title: 'hnswlib-wasm 0.8.2', own: false, version: `0.8.2-${parameters}`, refuses: fileIsTooLong },
  voy: { title: 'voy 0.6.3', own: false, version: '0.6.3' },
  edgevec: { title: 'edgevec 0.9.0, HNSW', own: false, buildsOnLoad: true, version: '0.9.0' },
  'edgevec-bq': { title: 'edgevec 0.9.0, HNSW, binary first', own: false, roomOf: 'edgevec', version: '0.9.0' },
  'edgevec-flat': { title: 'edgevec 0.9.0, flat, binary', own: false, version: '0.9.0' },
  loop: { title: 'JavaScript loop', own: false, version: '' },
};
