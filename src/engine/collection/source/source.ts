import type { VectorSource } from '../../search/vector-source.ts';
import type { CollectionManifest, Item, PictureSource } from '../types.ts';

/**
 * What a collection consists of, wherever it comes from: static files, or what was added in this browser. Rows are numbered
 * alike in all of it.
 */
export interface Source extends PictureSource, VectorSource {
  readonly name: string;
  /** Rows. */
  readonly count: number;
  /** The rows of which pictures are there, in the order in which they came. Absent or undefined: all, 0, 1, 2 … */
  order?(): Uint32Array | undefined;
  readonly dim: number;
  /** The model whose vision tower made the vectors. */
  readonly model: CollectionManifest['model'];
  /** The model of a row's vector, where not all are of one: vectors of two models are never compared. */
  modelOf?(row: number): CollectionManifest['model'];
  /** Records, in the order of `rows`. @throws AfterimageError as `ItemStore.get` */
  items(rows: Iterable<number>): Promise<Item[]>;
  /** The first row with an item's id, or −1. @throws as `items` */
  rowOf(id: string): Promise<number>;
  /**
   * The signature of an item that has none, made from its thumbnail and kept; undefined where there is no thumbnail, or it
   * shows nothing. Absent where thumbnails are not at hand.
   */
  makeSignature?(item: Item): Promise<string | undefined>;
}
