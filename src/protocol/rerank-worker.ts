import type { Device } from '../engine/model/model.ts';
import type { Ranking } from '../engine/search/ranking.ts';
import type { RerankCandidates, Reranked } from '../engine/search/rerank.ts';
import type { ModelBytes } from './query-worker.ts';

/** A reranker of the site, for whoever turns it on: nothing of it has to be downloaded to say so. */
export interface SiteReranker extends ModelBytes {
  readonly id: string;
  /** Untrusted, as is the licence. */
  readonly title: string;
  readonly licence: string | null;
  /** Bytes that this browser keeps of it. */
  readonly kept: number;
}

export type RerankEvent =
  | { readonly type: 'progress'; readonly loaded: number; readonly total: number }
  /** A call waits for what the worker does: it is at work. */
  | { readonly type: 'heartbeat' }
  | { readonly type: 'device-lost'; readonly reason: string };

export interface RerankerRequest {
  readonly id: string;
  readonly device: Exclude<Device, 'cpu'>;
  /** On WebAssembly. */
  readonly threads: number;
}

/** What is known of a reranker once it is loaded. */
export interface RerankerInfo {
  /** Measured at loading, on the painted pictures of its self-test. */
  readonly msPerPicture: number;
}

/** A picture of the collection, and where its bytes are. */
export interface RerankPicture {
  /** Tells it from all others, so that it is not looked at twice for the same text. */
  readonly key: string;
  readonly from: { readonly url: string } | { readonly bytes: Uint8Array; readonly type: string };
}

/** The first ranks of an answer. */
export interface RerankRequest extends Ranking, RerankCandidates {
  readonly text: string;
  /** By rank; null where there is no picture to look at, whose row stays where it is. */
  readonly pictures: readonly (RerankPicture | null)[];
}

/** The same ranks in their new order. */
export interface RerankedTop extends Ranking, Reranked {
  readonly ms: number;
  /** Pictures that were looked at, and not remembered. */
  readonly looked: number;
}

/** Surface of `workers/rerank.worker.ts`, exposed with Comlink. Errors carry their code in `name` (engine/errors.ts). */
export interface RerankWorkerApi {
  /** @returns whether the worker holds the lock of this name */
  connect(baseUrl: string, onEvent: (event: RerankEvent) => void, workerLock: string | undefined): Promise<boolean>;
  /**
   * Download what is missing, verified, load it and test it. After a failure throw the worker away.
   * @throws AfterimageError `model-not-found`, `model-invalid`, `device-unavailable`, `device-nonsense`, `part-missing`,
   *   `part-corrupt`, `offline`, `network`; `internal` for what onnxruntime says
   */
  load(request: RerankerRequest): Promise<RerankerInfo>;
  /** @returns undefined where a newer request came, or `drop` was called: it is given up between two runs */
  rerank(request: RerankRequest): Promise<RerankedTop | undefined>;
  drop(): Promise<void>;
}
