import type { Recall } from '../engine/collection/extensions/recall.ts';
import type {
  AnsweringKind,
  CollectionEntry,
  CollectionManifest,
  IndexPreference,
  Item,
  PictureBytes,
} from '../engine/collection/types.ts';
import type { Device, Dtype } from '../engine/model/model.ts';
import type { ModelFacts } from '../engine/model/model-list.ts';
import type { FilterField, Query } from '../engine/query/query.ts';
import type { FieldValue } from '../engine/query/values.ts';
import type { Ranking } from '../engine/search/ranking.ts';
import type { Reranked } from '../engine/search/rerank.ts';
import type { RankedPage, SearchAnswer, SearchContext } from '../engine/search/search-engine.ts';
import type { DateOrder, Month, Year } from '../engine/timeline/timeline.ts';
import type { SavedThumbVerbs } from './albums.ts';
import type { CopiesRequest, FoundCopies } from './copies.ts';
import type { SiteReranker } from './rerank-worker.ts';

/** `?device=` of the address; `auto` where absent. */
export type DevicePreference = 'auto' | 'webgpu' | 'wasm';
export type { FieldValue, IndexPreference, SearchContext };

/** What is being loaded, in the order a person would name it. */
export type LoadStage =
  | 'collection'
  | 'items'
  | 'vectors'
  | 'graph'
  | 'codes'
  | 'runtime'
  | 'tokenizer'
  | 'text encoder';

/** Sent by the worker while it works. */
export type WorkerEvent =
  | { readonly type: 'progress'; readonly stage: LoadStage; readonly loaded: number; readonly total: number }
  /** What has to be downloaded before the open collection can be searched. None of it is loaded yet. */
  | { readonly type: 'to-load'; readonly bytes: number }
  /** Something came, or did not, that a call waits for: the worker is at work. */
  | { readonly type: 'heartbeat' }
  /** A collection changed on the server since the last visit and its new state is in use now. */
  | { readonly type: 'collection-updated'; readonly name: string }
  /** The network or a part of a newer version failed; the last complete version is in use. */
  | { readonly type: 'collection-kept'; readonly name: string; readonly reason: string }
  /** The open collection is a live one, and pictures were added, changed or removed: see `LiveState`. */
  | ({ readonly type: 'collection-changed'; readonly name: string } & LiveState & {
        /** Rows whose records are others now. */
        readonly changed: readonly number[];
      })
  /** The vectors of the open collection are another model's now: it has to be opened again. */
  | { readonly type: 'collection-outdated'; readonly name: string }
  /** How many pictures the library has now, whether it is open or not. */
  | { readonly type: 'library'; readonly count: number }
  /** Albums were made, changed or deleted since a search or its completion looked at them. */
  | { readonly type: 'albums' }
  /** The same of the model. */
  | { readonly type: 'model-updated'; readonly id: string }
  | { readonly type: 'model-kept'; readonly id: string; readonly reason: string }
  /** How much has come of a model that was asked for by its name. */
  | { readonly type: 'model-download'; readonly id: string; readonly loaded: number; readonly total: number }
  /** Collection, model and runtime are there for a visit without a network, or (`problem`) why not. */
  | { readonly type: 'kept'; readonly name: string; readonly problem: string | undefined }
  | { readonly type: 'device-lost'; readonly reason: string }
  /** Whether the server answers that the open collection is searched by. */
  | ({ readonly type: 'remote'; readonly name: string; readonly origin: string } & RemoteState);

/** Who answers of a collection that a server searches: the server, or what is here, because the server does not. */
export type RemoteState =
  | { readonly state: 'answers' }
  | {
      readonly state: 'away';
      readonly reason: string;
      /** Why nothing here answers either. */
      readonly problem?: string;
    };

/** What there is in a collection that changes while it is open. Its rows keep their numbers until it is opened again. */
export interface LiveState {
  /** Tells the numbers of one opening from those of the next. */
  readonly numbering: number;
  /** Pictures that can be found. */
  readonly count: number;
  /** Their rows, in the order of browsing; undefined: 0, 1, 2 … */
  readonly order: Uint32Array | undefined;
}

/** Of collections that are searched together (`ALL`): what is among them, and what is not. */
export interface Together {
  readonly collections: readonly (Pick<CollectionManifest, 'name' | 'title' | 'licence'> & {
    /** The model that made its vectors, which finds its pictures. */
    readonly made: CollectionManifest['model'];
  })[];
  /** Those models; the first is that of `manifest`, the others answer once they are loaded as well (`otherModels`). */
  readonly models: readonly CollectionManifest['model'][];
  /** Left out, with a sentence for visitors that says why. */
  readonly apart: readonly { readonly name: string; readonly title: string; readonly reason: string }[];
}

export interface CollectionInfo {
  readonly manifest: Omit<CollectionManifest, 'parts'>;
  /** Of a collection that changes while it is open. */
  readonly live?: LiveState | undefined;
  readonly together?: Together | undefined;
  /** Origins of the servers that queries are sent to, as numbers: nothing of them is said where searches stay here. */
  readonly searchedAt?: readonly string[] | undefined;
  /** True when it is what an earlier visit kept, because nothing newer could be read. */
  readonly fromCache: boolean;
}

export interface EncoderInfo {
  readonly modelId: string;
  readonly modelTitle: string;
  readonly modelCan: string;
  readonly modelCannot: string;
  readonly modelLicence: string | null;
  readonly dim: number;
  readonly device: Device;
  /** Why this device: shown in the status panel. */
  readonly deviceReason: string;
  readonly dtype: Dtype;
  readonly threads: number;
  /** Lowest cosine to the golden vectors. */
  readonly golden: number;
}

export interface IndexInfo {
  readonly kind: AnsweringKind;
  readonly reason: string;
  readonly count: number;
  readonly dim: number;
  /** Vectors are fetched as queries need them; else they arrive by themselves, if they have not yet. */
  readonly onDemand?: boolean;
  /** Milliseconds from bytes in memory to ready. */
  readonly loadMs: number;
  /** What a graph of the collection found when it was built; absent where none was measured. */
  readonly recall?: Recall | undefined;
}

/** A model that finds some of the pictures that are searched together, and that is not the first of them. */
export interface OtherModel {
  readonly model: CollectionManifest['model'];
  readonly title: string;
  /** Titles of the collections that it finds pictures of. */
  readonly collections: readonly string[];
  /** It answers. */
  readonly isLoaded: boolean;
  /** What has to be downloaded before it can: 0 where an earlier visit kept it. */
  readonly bytes: number;
  /** Why it cannot answer at all: a sentence for visitors. */
  readonly problem: string | null;
}

/** What a download of some files of a model takes, and what of it is left to do, because this browser does not keep them. */
export interface ModelBytes {
  readonly bytes: number;
  readonly missing: number;
}

/** A model of the site, for whoever chooses one: nothing of it has to be downloaded to say so. */
export interface SiteModel extends ModelFacts {
  readonly title: string;
  /** One honest line each; untrusted. */
  readonly can: string;
  readonly cannot: string;
  /** In its own words; untrusted. */
  readonly licence: string | null;
  /** What answers queries. */
  readonly text: ModelBytes;
  /** What looks at pictures, and answers queries; null where the site has no vision tower of it. */
  readonly pictures: ModelBytes | null;
  /** How a library knows it whose vectors it made; null where it can make none. */
  readonly library: Pick<CollectionManifest, 'model' | 'dim'> | null;
  /** Bytes that this browser keeps of it, and that go when it is removed: other models of the site do not have them. */
  readonly kept: number;
}

export interface EncoderRequest {
  /** Already decided by the client: no `auto` here. */
  readonly device: 'webgpu' | 'wasm';
  readonly deviceReason: string;
  readonly threads: number;
}

/** What the engine found, and where its words were encoded. */
export interface SearchResponse extends SearchAnswer {
  readonly device: Device;
  /** Records of the first of `rows`, about a screen of them: no second round trip. None where the network is away. */
  readonly items: readonly Item[];
  /** Its best pictures were looked at again, and are in the order of that. */
  readonly reranked?: Reranked;
}

export type { CopiesRequest, CopyKind, FoundCopies, FoundGroup, KeepReason } from './copies.ts';
export type { DateOrder, Month, RankedPage, Ranking, Year };

/** Pictures in the order of their dates, those without one last. */
export interface FoundTimeline {
  readonly rows: Uint32Array;
  readonly months: readonly Month[];
  readonly years: readonly Year[];
}

/** Surface of `workers/query.worker.ts`, exposed with Comlink. Errors carry their code in `name` (engine/errors.ts). */
export interface QueryWorkerApi extends SavedThumbVerbs {
  /**
   * Call first: where events go (a Comlink proxy) and the app's base URL, against which all paths resolve. The worker
   * holds the Web Lock `workerLock` for as long as it lives, so that its death can be noticed; undefined where there are
   * no locks (no secure context).
   * @returns whether it holds the lock, which is refused where the site may store nothing
   */
  connect(baseUrl: string, onEvent: (event: WorkerEvent) => void, workerLock: string | undefined): Promise<boolean>;
  /** What `collections/index.json` offers. */
  listCollections(): Promise<readonly CollectionEntry[]>;
  /**
   * Resolves when manifest and items are there, so that the grid can be browsed; the index loads on behind it.
   * @param device (a Comlink proxy) where the text tower will run: asked when the model changed along with the
   *   collection, because neither is of use without the other
   * @param mayLoad (a Comlink proxy) resolves when what queries need may be loaded: it is large, and the pictures on the
   *   screen come first
   */
  openCollection(
    name: string,
    index: IndexPreference,
    device: () => Promise<EncoderRequest['device']>,
    mayLoad: () => Promise<void>,
  ): Promise<CollectionInfo>;
  /** Stop downloading what queries need, until `resumeLoading`; what waits for it waits on. */
  pauseLoading(): Promise<void>;
  resumeLoading(): Promise<void>;
  /** Resolves when the index of the open collection answers. */
  indexReady(): Promise<IndexInfo>;
  /**
   * Load the text tower of the open collection's model and check its golden vectors. Once a worker: a failed device
   * needs a fresh one.
   */
  loadEncoder(request: EncoderRequest): Promise<EncoderInfo>;
  /** The models that pictures of the open collection need beside that of `loadEncoder`; none where all are of one. */
  otherModels(device: EncoderRequest['device']): Promise<readonly OtherModel[]>;
  /**
   * Load one of `otherModels`, whose pictures are found from then on.
   * @param sha256 of its `model`
   * @returns whether it was loaded: another call, or another collection, may have stopped it
   */
  loadOtherModel(sha256: string, request: EncoderRequest): Promise<boolean>;
  /** Stop what `loadOtherModel` downloads; what has come is kept. */
  stopOtherModel(): Promise<void>;
  /** The models of the site. @throws AfterimageError `offline`, `network`, `model-not-found` where there is none */
  siteModels(device: EncoderRequest['device']): Promise<readonly SiteModel[]>;
  /**
   * Download what queries need of a model, so that it is there when a collection of it is opened; `model-download` events
   * tell how far it is.
   * @returns whether it is here now: it may have been stopped
   */
  keepModel(id: string, device: EncoderRequest['device']): Promise<boolean>;
  /** Stop what `keepModel` downloads; what has come is kept. */
  stopKeeping(): Promise<void>;
  /** What the site has to look at the best pictures again. @throws AfterimageError `offline`, `network`, `model-invalid` */
  rerankers(device: EncoderRequest['device']): Promise<readonly SiteReranker[]>;
  /** Delete what this browser keeps of a model. One that is loaded goes on answering until the page is closed. */
  removeModel(id: string): Promise<void>;
  /** Waits for encoder and index where they are still loading. */
  search(query: Query, context?: Omit<SearchContext, 'signal'>): Promise<SearchResponse>;
  /** Stop waiting for the server that a running search asks, because a newer one waits; it rejects. Other searches go on. */
  stopSearch(): Promise<void>;
  /** Ranks beyond what the index gave, for the same query and context as the newest search. */
  rank(query: Query, from: number, count: number, context?: SearchContext): Promise<RankedPage>;
  /**
   * Values that filters of a field take in the open collection, for the beginning of one that is being typed. Reads all
   * records once. Of albums, their names, without counts.
   */
  values(field: FilterField, prefix: string): Promise<readonly (Pick<FieldValue, 'value'> & Partial<FieldValue>)[]>;
  /** Item records in the order of `rows`. */
  items(rows: readonly number[]): Promise<Item[]>;
  /** The row of an item id in the open collection, or −1. */
  rowOf(itemId: string): Promise<number>;
  /** How many pictures the library has; from then on, `library` events tell it. */
  countLibrary(): Promise<number>;
  /**
   * A thumbnail or preview of the library; undefined where there is none.
   * @throws AfterimageError `database-unavailable`, `database-blocked`
   */
  libraryPicture(itemId: string, size: 'thumbnail' | 'preview'): Promise<PictureBytes | undefined>;
  /**
   * Pictures that are copies of each other, or alike. Waits for the vectors where they are still loading.
   * @param onProgress (a Comlink proxy) is told how much is done, 0 … 1
   * @returns undefined where a newer call took its place, or `stopCopies` was called
   * @throws AfterimageError `index-too-large`, and what reading records and vectors throws
   */
  copies(request: CopiesRequest, onProgress: (done: number) => void): Promise<FoundCopies | undefined>;
  stopCopies(): Promise<void>;
  /**
   * @param rows which pictures; undefined: all
   * @throws AfterimageError `index-too-large`, and what reading records throws
   */
  timeline(first: DateOrder, rows: Uint32Array | undefined): Promise<FoundTimeline>;
}
