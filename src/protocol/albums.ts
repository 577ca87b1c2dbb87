/** A picture in an album: in the library by the id of its content, in a collection of the site by its id there. */
export interface AlbumPicture {
  /** Name of the collection that it is in. */
  readonly collection: string;
  /** Of its item. */
  readonly id: string;
  /** Of a collection of the site: path of its thumbnail, to be shown as a cover while another collection is open. */
  readonly thumbnail?: string | undefined;
}

/** A search that is asked anew whenever its album is looked at. */
export interface SavedSearch {
  /** Serialised (engine/query/serialise.ts). */
  readonly query: string;
  /** The collection that it was asked in. */
  readonly collection: string;
  /** Pictures are found by their names too. */
  readonly names: boolean;
  /** What is needed of pictures that it is like and that are in no collection: the query has their hashes only. */
  readonly pictures?: readonly SavedPicture[];
  /** Thumbs on what it finds, the newest last. */
  readonly thumbs?: readonly SavedThumb[];
}

/** A thumb on one result of a saved search. */
export interface SavedThumb {
  /** Of its item. */
  readonly id: string;
  readonly judgement: 'up' | 'down';
}

/** What was asked: a saved search of it is one of the same query, in the same collection. */
export type AskedSearch = Pick<SavedSearch, 'query' | 'collection'>;

/** What a model saw in a picture. */
export interface SavedPicture {
  /** Of its file. */
  readonly sha256: string;
  /** SHA-256 of the model's vision tower. */
  readonly model: string;
  readonly embedding: readonly number[];
}

export type AlbumContent =
  | { readonly kind: 'pictures'; readonly pictures: readonly AlbumPicture[] }
  | { readonly kind: 'search'; readonly search: SavedSearch };

/** An album of the visitor. */
export interface Album {
  /** 32 hex digits, random. */
  readonly id: string;
  /** What people call it, and filters: one of a kind, capitals aside. Untrusted where it was imported. */
  readonly name: string;
  /** When it was changed last: ISO 8601 in UTC. Another text with each change. */
  readonly changed: string;
  readonly content: AlbumContent;
}

/** An album as it is listed. */
export interface AlbumSummary extends Pick<Album, 'id' | 'name' | 'changed'> {
  /** Undefined: it is an album of pictures. */
  readonly search: SavedSearch | undefined;
  /** Of an album of pictures: how many are there now. Those that were deleted from the library are not. */
  readonly count: number;
  /** The first that is there. */
  readonly cover: AlbumPicture | undefined;
  /** Names of the collections that its pictures are in. */
  readonly collections: readonly string[];
}

/** What is changed in an album. */
export interface AlbumChange {
  readonly name?: string;
  /** Pictures that are in it from now on, behind the others. */
  readonly add?: readonly AlbumPicture[];
  /** Pictures that are not in it any more. */
  readonly remove?: readonly AlbumPicture[];
  /** Of a saved search: its thumbs, in the place of those that it had. */
  readonly thumbs?: readonly SavedThumb[];
}

/** Longest name, in UTF-16 units, as filters take it. */
export const MAX_ALBUM_NAME = 100;
/** Pictures in one album. */
export const MAX_ALBUM_PICTURES = 50_000;
/** All that a list shows. */
export const MAX_ALBUMS = 500;
/** Thumbs of one saved search: as many as a search in the log has. */
export const MAX_SAVED_THUMBS = 500;

/**
 * Albums as they are kept. They are told to other tabs; with the library they are exported, imported and deleted. All verbs
 * throw AfterimageError `database-unavailable`, `database-blocked` or `quota-exceeded`; those that write `album-unknown`
 * where another tab has deleted it, and `album-invalid` where its name is another's or no name, or it is too large.
 */
export interface AlbumVerbs {
  /** By name. */
  albums(): Promise<readonly AlbumSummary[]>;
  /** @returns its id */
  createAlbum(name: string, content: AlbumContent): Promise<string>;
  changeAlbum(id: string, change: AlbumChange): Promise<void>;
  /** @returns what `restoreAlbum` takes to undo it; undefined where it is gone already */
  deleteAlbum(id: string): Promise<Album | undefined>;
  restoreAlbum(album: Album): Promise<void>;
}

/** Thumbs of saved searches. Both throw AfterimageError `database-unavailable`, `database-blocked`. */
export interface SavedThumbVerbs {
  /** The thumbs of the saved search of what is asked; none where there is none. */
  savedThumbs(asked: AskedSearch): Promise<readonly SavedThumb[]>;
  /** Give the saved searches of what is asked these thumbs, where there are such. @throws `album-unknown`, `quota-exceeded` */
  keepThumbs(asked: AskedSearch, thumbs: readonly SavedThumb[]): Promise<void>;
}
