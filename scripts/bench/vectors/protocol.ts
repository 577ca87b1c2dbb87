/** What the script in Node, the page and its worker agree on. */

export const DIM = 512;
/** Hits that are asked for. */
export const K = 10;
/** A hit counts as right, tolerantly, within this much of the similarity of the exact tenth. */
export const TOLERANCE = 0.001;

/** `structured`: with the structure of real embeddings (scripts/bench/synthetic); `isotropic`: evenly on the sphere. */
export type DataKind = 'structured' | 'isotropic';

/** Which vectors: the first `count` of a kind. */
export interface DataSet {
  readonly kind: DataKind;
  readonly count: number;
}

const OWN_ENGINE_IDS = ['hnsw', 'exact', 'exact-f16', 'codes'] as const;
export type OwnEngineId = (typeof OWN_ENGINE_IDS)[number];
const PEER_IDS = ['hnswlib', 'voy', 'edgevec', 'edgevec-bq', 'edgevec-flat', 'loop'] as const;
export const ENGINE_IDS = [...OWN_ENGINE_IDS, ...PEER_IDS] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** Of every HNSW graph, so that libraries are compared and not their defaults; `build-index` has the same, and `beamFor`. */
export const GRAPH = { M: 16, efConstruction: 200 } as const;

/** hnswlib's own file; our compact graph is taken from it. */
export const HNSWLIB_FILE = 'hnswlib.dat';
/** What our engines open: the name of the collection, and which of its rows lies where (uint32 each). */
export const COLLECTION = 'bench';
export const ORDER_FILE = 'order.bin';

export interface Built {
  /** Milliseconds of building alone: without fetching vectors and storing files. */
  readonly ms: number;
}

export interface Loaded {
  /** Milliseconds from an empty worker to ready: library and files from a server on the same machine. */
  readonly ms: number;
  /** Bytes of the files that were fetched; the library's own code apart. */
  readonly wireBytes: number;
}

export interface Answer {
  /** At most `K`, best first. */
  readonly rows: readonly number[];
  readonly ms: number;
}

/** How a live index took additions. Milliseconds. */
export interface Live {
  /** All of them, one by one. */
  readonly addMs: number;
  /** While all of them wait to be taken in. */
  readonly waiting: readonly Answer[];
  /** Until the engine has taken in all, and the longest that a search had to wait for a step of it. */
  readonly absorbMs: number;
  readonly longestStepMs: number;
  readonly absorbed: readonly Answer[];
}

/** Answers while vectors are fetched as they are needed. */
export interface OnDemand {
  /** Bytes fetched before the first query, and those of all queries. */
  readonly startBytes: number;
  readonly queryBytes: number;
  /** Requests of all queries. */
  readonly requests: number;
  /** With the time of fetching. */
  readonly answers: readonly Answer[];
}

/** Where the server keeps things. `first` and `count` are in rows. */
export const vectorsPath = (kind: DataKind, first: number, count: number) => `/vectors/${kind}/${first}/${count}`;
export const queriesPath = (kind: DataKind) => `/queries/${kind}`;
export const filePath = ({ kind, count }: DataSet, engine: EngineId, name: string) =>
  `/files/${kind}/${count}/${engine}/${name}`;
