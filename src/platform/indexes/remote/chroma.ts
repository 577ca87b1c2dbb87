/**
 * The part of Chroma's HTTP API (v2, `/docs` of every server) that searching takes. Why not the official client:
 * docs/decisions/0021-remote-search.md.
 */
import { type RemoteLocation, SPACES, type Space } from '../../../engine/collection/extensions/remote.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { member } from '../../../engine/formats/check.ts';
import { type Ask, createAsk, type RequestOptions } from './request.ts';

/** What the server says of a collection. */
export interface ChromaState {
  readonly id: string;
  /** Null while it holds nothing. */
  readonly dim: number | null;
  readonly space: Space | undefined;
  readonly metadata: unknown;
}

/** One record near to a query. */
export interface ChromaHit {
  /** Of the item. */
  readonly id: string;
  readonly row: number;
  readonly distance: number;
}

export interface ChromaQuery {
  readonly query: Float32Array;
  readonly results: number;
  /** Only these; absent: all. */
  readonly ids?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A collection of a server; all methods throw as `Ask`, and `remote-version` for answers of another form. */
export interface ChromaCollection {
  /** What it is now. */
  describe(signal?: AbortSignal): Promise<ChromaState>;
  /** At most `results` records, nearest first, as the server's index finds them. */
  query(id: string, query: ChromaQuery): Promise<ChromaHit[]>;
  /** The vectors of records by their ids; those that are not there are left out. */
  vectors(id: string, ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Float32Array>>;
}

/** A page far down the ranking takes a server longer: 0.1 ms a result on two cores, of which this leaves room for ten times. */
const MS_A_RECORD = 1;

export function openChroma(location: RemoteLocation, options: RequestOptions = {}): ChromaCollection {
  const ask: Ask = createAsk(location.url, options);
  const folder = `/api/v2/tenants/${location.tenant}/databases/${location.database}/collections`;
  return {
    async describe(signal) {
      return stateOf(await ask(`${folder}/${location.collection}`, { signal }), location);
    },
    async query(id, { query, results, ids, signal }) {
      const body = {
        query_embeddings: [Array.from(query, shortest)],
        n_results: results,
        ...(ids && { ids }),
        include: ['distances', 'uris'],
      };
      const answer = await ask(`${folder}/${id}/query`, { body, signal, extraMs: results * MS_A_RECORD });
      const [found, distances, uris] = ['ids', 'distances', 'uris'].map((name) => first(member(answer, name)));
      if (!found || !distances || !uris) throw strange(location, 'a query');
      return found.map((one, i) => hitOf(one, distances[i], uris[i]) ?? fail(location));
    },
    async vectors(id, ids, signal) {
      const body = { ids, limit: ids.length, include: ['embeddings'] };
      const answer = await ask(`${folder}/${id}/get`, { body, signal, extraMs: ids.length * MS_A_RECORD });
      const [found, embeddings] = [member(answer, 'ids'), member(answer, 'embeddings')];
      if (!Array.isArray(found) || !Array.isArray(embeddings)) throw strange(location, 'a request for vectors');
      return new Map(found.map((one, i) => [String(one), Float32Array.from(embeddings[i] as number[])]));
    },
  };
}

/** Nine digits tell every float32 from its neighbours; more would only be sent. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}

/** A query may be of several embeddings; here it is of one. */
function first(lists: unknown): unknown[] | undefined {
  const list = Array.isArray(lists) ? lists[0] : undefined;
  return Array.isArray(list) ? list : undefined;
}

function hitOf(id: unknown, distance: unknown, uri: unknown): ChromaHit | undefined {
  if (typeof id !== 'string' || typeof distance !== 'number' || !Number.isFinite(distance)) return undefined;
  return typeof uri === 'string' && /^\d{1,9}$/.test(uri) ? { id, row: Number(uri), distance } : undefined;
}

function stateOf(answer: unknown, location: RemoteLocation): ChromaState {
  const [id, dim] = [member(answer, 'id'), member(answer, 'dimension')];
  const isDim = dim === null || (typeof dim === 'number' && Number.isSafeInteger(dim));
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id) || !isDim) throw strange(location, 'a request');
  const configuration = member(answer, 'configuration_json');
  // A single node has an HNSW graph, the distributed one SPANN.
  const said = member(member(configuration, 'hnsw'), 'space') ?? member(member(configuration, 'spann'), 'space');
  return { id, dim, space: SPACES.find((one) => one === said), metadata: member(answer, 'metadata') };
}

function strange({ url, collection }: RemoteLocation, what: string): AfterimageError {
  return new AfterimageError('remote-version', `${url} answers ${what} for ${collection} in a form that is not known.`);
}

function fail(location: RemoteLocation): never {
  throw strange(location, 'a query');
}
