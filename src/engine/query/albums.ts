import { collectionOf, type Item } from '../collection/types.ts';
import type { Judgements } from './filter-rows.ts';
import { fold } from './fold.ts';
import type { Query } from './query.ts';

/**
 * What an album is made of: pictures, as `albumKey` names them; or a search that is asked anew each time, whose good matches
 * are its pictures.
 */
export type AlbumSource = {
  /** Another text whenever it was changed. */
  readonly changed: string;
} & (
  | { readonly pictures: ReadonlySet<string> }
  | {
      readonly query: Query;
      readonly names: boolean;
      /** Where it is asked; null: wherever it is used. */
      readonly collection: string | null;
      /** On what it finds: what was liked is in the album, what was not is not. */
      readonly thumbs?: Judgements | undefined;
    }
);

/** Albums by their folded names (`albumName`). Whoever asks knows them; items do not hold them. */
export type AlbumSources = ReadonlyMap<string, AlbumSource>;

/** The pictures of albums, as `albumKey` names them, by folded name. */
export type AlbumPictures = ReadonlyMap<string, ReadonlySet<string>>;

/** Names that look alike are of the same album. */
export function albumName(name: string): string {
  return fold(name.trim());
}

/** A picture in an album. Several collections may have items of the same id. */
export function albumKey(collection: string, id: string): string {
  return `${collection} ${id}`;
}

/** @param collection that is open, for items that do not say which they are from */
export function keyOfItem(item: Item, collection: string | undefined): string {
  return albumKey(collectionOf(item) ?? collection ?? '', item.id);
}
