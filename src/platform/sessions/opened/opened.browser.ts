import type { Memo } from '../../../engine/async/cached/memoise.ts';
import type { ItemStore } from '../../../engine/collection/items/items.ts';
import type { Source } from '../../../engine/collection/source/source.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import type { FileHash } from '../../../engine/ports.ts';
import type { CollectionInfo } from '../../../protocol/query-worker.ts';
import type { BrowserTextEncoder } from '../../encoders/clip.browser.ts';
import type { OpenIndex } from '../../indexes/open-index.browser.ts';

/** What answers queries of it. */
export type OpenedIndex = Omit<OpenIndex, 'index' | 'reason'>;

/** A collection that is open, wherever it comes from, and what is being loaded behind it. */
export interface Opened {
  readonly manifest: CollectionManifest;
  readonly info: CollectionInfo;
  readonly items: ItemStore;
  readonly index: Memo<OpenedIndex>;
  readonly source: Source;
  /** What has to be read before it can be searched, beside a model; absent where that is here. */
  readonly searchFiles?: readonly FileHash[];
  /**
   * Of collections of several models: the pictures of each, the first being those of `manifest.model`, which `index` searches.
   * Rows of `items` and `source` are those of all.
   */
  readonly groups?: readonly OpenedGroup[];
  /**
   * Make what answers here what the next visit falls back to: collection, model and runtime, or none of them.
   * @returns why it is not kept, if it is not: the next visit reads it again
   */
  keep(encoder: BrowserTextEncoder): Promise<string | undefined>;
  /** Forget what was read and is held by whoever needs it by now. */
  release(): void;
  /** Of what changes while it is open: stop to follow the changes. */
  close?(): void;
}

/** Those of several collections whose vectors one model made, as one. */
export interface OpenedGroup extends Pick<Opened, 'manifest' | 'items' | 'index'> {
  /** A row of theirs as a row of all. */
  rowAt(row: number): number;
}
