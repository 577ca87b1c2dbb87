import { type DataSet, DIM, type EngineId, filePath, queriesPath, vectorsPath } from '../protocol.ts';

/** Counts what crosses the wire, and the time that is spent on it. */
export interface Wire {
  bytes: number;
  ms: number;
  requests: number;
}

export const createWire = (): Wire => ({ bytes: 0, ms: 0, requests: 0 });

/** The vectors of a set, as float32 of unit norm, row by row. */
export interface Rows {
  readonly count: number;
  readonly dim: number;
  /** In parts, in order: 1,000,000 × 512 float32 are more than some browsers give in one piece. */
  parts(): AsyncGenerator<{ readonly first: number; readonly vectors: Float32Array<ArrayBuffer> }>;
  /** Some of them; also such as follow those of the set. */
  some(first: number, count: number): Promise<Float32Array<ArrayBuffer>>;
}

/** An engine's files on the server. */
export interface Files {
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** `length` bytes from `offset` on. */
  readRange(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** What only the bench needs: counted nowhere. */
  readAside(name: string): Promise<Uint8Array<ArrayBuffer>>;
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** 16 MiB of vectors at a time. */
const PART_ROWS = 8192;

export function createRows(set: DataSet, wire: Wire): Rows {
  const some = async (first: number, count: number) =>
    new Float32Array(await fetchBytes(vectorsPath(set.kind, first, count), wire));
  async function* parts() {
    for (let first = 0; first < set.count; first += PART_ROWS) {
      yield { first, vectors: await some(first, Math.min(PART_ROWS, set.count - first)) };
    }
  }
  return { count: set.count, dim: DIM, parts, some };
}

export function createFiles(set: DataSet, own: EngineId, wire: Wire): Files {
  const read = async (name: string, counted: Wire, range?: string) =>
    new Uint8Array(await fetchBytes(filePath(set, own, name), counted, range ? { Range: range } : {}));
  return {
    read: (name) => read(name, wire),
    readRange: (name, offset, length) => read(name, wire, `bytes=${offset}-${offset + length - 1}`),
    readAside: (name) => read(name, createWire()),
    async write(name, bytes) {
      const started = performance.now();
      const response = await fetch(filePath(set, own, name), { method: 'PUT', body: bytes });
      if (!response.ok) throw new Error(`${name} was not stored: ${response.status}.`);
      wire.ms += performance.now() - started;
    },
  };
}

export async function fetchQueries(kind: DataSet['kind']): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await fetchBytes(queriesPath(kind), createWire()));
}

async function fetchBytes(path: string, wire: Wire, headers: HeadersInit = {}): Promise<ArrayBuffer> {
  const started = performance.now();
  const response = await fetch(path, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status}.`);
  const bytes = await response.arrayBuffer();
  wire.ms += performance.now() - started;
  wire.bytes += bytes.byteLength;
  wire.requests++;
  return bytes;
}
