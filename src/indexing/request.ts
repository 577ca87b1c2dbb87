import type { CollectionManifest, Encoding, IndexKind, PartKind } from '../engine/collection/types.ts';
import type { ImageEncoder, Sha256 } from '../engine/ports.ts';
import type { WantedIndex } from './indexes/choose-kind.ts';
import type {
  CollectionStore,
  GraphBuilder,
  HashMemory,
  LeftOut,
  PictureDecoder,
  PictureSource,
  Problem,
  SourceFile,
} from './ports.ts';
import type { Timings } from './steps/stopwatch.ts';

/** What a person says of one picture. */
export interface Caption {
  readonly title: string | null;
  readonly licence: string | null;
}

/** What a collection is to be, wherever its rows come from. */
export interface CollectionRequest {
  readonly name: string;
  /** What the collection says of itself; absent: what it said before, else its name, or nothing. */
  readonly title?: string;
  readonly description?: string;
  /** Empty: none, whatever it said before. */
  readonly licence?: string;
  readonly examples?: readonly string[];
  readonly model: { readonly id: string; readonly sha256: string; readonly dim: number };
  /** Without `efSearch`, the beam is as wide as so many rows need it. */
  readonly hnsw: Omit<CollectionManifest['hnsw'], 'efSearch'> & { readonly efSearch?: number };
  /** The index that answers unless another one is asked for. */
  readonly index: WantedIndex;
  /** How vectors are stored. */
  readonly encoding: Encoding;
  readonly pictures: CollectionManifest['pictures']['mode'];
  /** Take no vectors over from the last state, nor what they are stored around. */
  readonly fresh?: boolean;
  /** ISO 8601, for the manifest. */
  readonly created: string;
  readonly signal: AbortSignal;
}

export interface IndexRequest extends CollectionRequest {
  /** Titles and licences by file name. */
  readonly captions: ReadonlyMap<string, Caption>;
  /** More pictures than this are refused before anything is embedded. */
  readonly maxPictures: number;
  /** A picture that cannot be indexed is an error. */
  readonly strict: boolean;
  /** Say of each picture where it was taken, as far as its file does. */
  readonly places: boolean;
  /** Embed everything again. */
  readonly fresh: boolean;
  /** Pictures a run of the encoder. */
  readonly batchSize: number;
  /** Pictures decoded at a time. */
  readonly concurrency: number;
}

/** Where a collection goes, and what makes its graph. */
export interface CollectionPorts {
  readonly graph: GraphBuilder;
  readonly store: CollectionStore;
  /** The `manifest.json` that is in the store's place, of whatever version and whoever wrote it. */
  readonly manifestText: () => Promise<string | undefined>;
  readonly sha256: Sha256;
  readonly onEvent: (event: IndexEvent) => void;
}

export interface IndexPorts extends CollectionPorts {
  readonly source: PictureSource;
  readonly hashes: HashMemory;
  readonly decoder: PictureDecoder;
  /** Asked for when there is something to embed: loading a tower takes longer than finding nothing new. */
  readonly encoder: () => Promise<ImageEncoder>;
}

export type IndexEvent =
  | { readonly type: 'listed'; readonly files: number; readonly others: number }
  | { readonly type: 'resumed'; readonly pictures: number }
  /** One more file is done with, in whatever way. */
  | { readonly type: 'file'; readonly file: SourceFile; readonly outcome: 'embedded' | 'kept' | 'skipped' }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'graph'; readonly done: number; readonly total: number }
  /** How far another step has come. */
  | { readonly type: 'progress'; readonly task: string; readonly done: number; readonly total: number }
  | { readonly type: 'note'; readonly message: string };

export interface IndexSummary {
  readonly collection: string;
  /** Pictures in the collection. */
  readonly count: number;
  readonly embedded: number;
  /** Not embedded again, because their content was known. */
  readonly kept: number;
  /** Pictures of the last state that are gone. */
  readonly removed: number;
  /** Of `count`: files with the same content as another one. */
  readonly copies: number;
  readonly problems: readonly Problem[];
  /** Files that belong to pictures beside the ones that are shown: RAW files, films of live photos. */
  readonly paired: number;
  /** Files that do not look like pictures, and how many of them have which extension. */
  readonly others: number;
  readonly otherExtensions: Readonly<Record<string, number>>;
  readonly leftOut: readonly LeftOut[];
  /** True when the collection is as it was before: nothing was written. */
  readonly unchanged: boolean;
  /** The index that answers. */
  readonly index: IndexKind;
  /** One line for people where that is not the one that was asked for, or will find less than it should; else null. */
  readonly advice: string | null;
  readonly bytes: Readonly<Record<PartKind | 'pictures', number>>;
  readonly seconds: number;
  /** Embedded ones, over the time until the last of them was; null where none was. */
  readonly picturesPerSecond: number | null;
  readonly milliseconds: Timings;
}

/** What the making of every collection comes to, whatever it is made from. */
export type PublishedSummary = Pick<
  IndexSummary,
  | 'collection'
  | 'count'
  | 'copies'
  | 'removed'
  | 'unchanged'
  | 'index'
  | 'advice'
  | 'bytes'
  | 'seconds'
  | 'milliseconds'
>;
