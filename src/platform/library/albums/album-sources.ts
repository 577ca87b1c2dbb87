import { ALL, type CollectionManifest } from '../../../engine/collection/types.ts';
import { type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import { type AlbumSource, type AlbumSources, albumKey, albumName } from '../../../engine/query/albums.ts';
import { fold } from '../../../engine/query/fold.ts';
import { isValid, type Query } from '../../../engine/query/query.ts';
import { parseQuery } from '../../../engine/query/serialise.ts';
import type { FieldValue } from '../../../engine/query/values.ts';
import type { Album, AskedSearch, SavedThumb } from '../../../protocol/albums.ts';

/** A list that a person reads. */
const SHOWN = 8;

/** Albums as filters take them. A saved search that cannot be read, as one of a newer page, has no pictures. */
export function albumSources(albums: readonly Album[]): AlbumSources {
  return new Map(albums.map((album) => [albumName(album.name), sourceOf(album)]));
}

function sourceOf({ changed, content }: Album): AlbumSource {
  if (content.kind === 'pictures') {
    return { changed, pictures: new Set(content.pictures.map(({ collection, id }) => albumKey(collection, id))) };
  }
  const { query: written, names, collection, thumbs = [] } = content.search;
  const query = parseQuery(written);
  if (query instanceof Error || !isValid(query)) return { changed, pictures: new Set() };
  return {
    ...{ changed, names, query: whereAsked(query, collection), collection: collection === ALL ? null : collection },
    ...(thumbs.length > 0 && { thumbs: new Map(thumbs.map(({ id, judgement }) => [id, judgement])) }),
  };
}

/** The thumbs of the saved search of what is asked; of several, of the one that was changed last. */
export function thumbsOfSaved(albums: readonly Album[], asked: AskedSearch): readonly SavedThumb[] {
  const [newest] = savedSearchesOf(albums, asked).sort((a, b) => b.changed.localeCompare(a.changed));
  return newest?.content.search.thumbs ?? [];
}

type SavedAlbum = Album & { readonly content: Extract<Album['content'], { readonly kind: 'search' }> };

/** The albums that are saved searches of what is asked. */
export function savedSearchesOf(albums: readonly Album[], asked: AskedSearch): SavedAlbum[] {
  const isSaved = (album: Album): album is SavedAlbum => album.content.kind === 'search';
  return albums
    .filter(isSaved)
    .filter(({ content: { search } }) => search.query === asked.query && search.collection === asked.collection);
}

/** A picture that the search is like is one of the collection that it was asked in, wherever the album is used. */
function whereAsked({ terms, filters }: Query, collection: string): Query {
  if (collection === ALL) return { terms, filters };
  const named = terms.map((term) =>
    term.kind === 'item' ? { ...term, collection: term.collection ?? collection } : term,
  );
  return { terms: named, filters };
}

/**
 * The embeddings that saved searches hold of pictures that are in no collection, by the SHA-256 of their files.
 * @param model of the vectors that are searched
 */
export function savedPictures(
  albums: readonly Album[],
  { model, dim }: Pick<CollectionManifest, 'model' | 'dim'>,
): ReadonlyMap<string, Embedding> {
  const saved = albums.flatMap(({ content }) => (content.kind === 'search' ? (content.search.pictures ?? []) : []));
  const usable = saved.filter((one) => one.model === model.sha256 && one.embedding.length === dim);
  return new Map(usable.map(({ sha256, embedding }) => [sha256, normalise(Float32Array.from(embedding))]));
}

/** Names of albums for what was typed of one: those that begin so first. */
export function albumValues(
  albums: readonly Album[],
  prefix: string,
): readonly (Pick<FieldValue, 'value'> & Partial<FieldValue>)[] {
  const typed = fold(prefix);
  const within = albums.filter(({ name }) =>
    fold(name)
      .split(/[\s_-]+/)
      .some((word) => word.startsWith(typed)),
  );
  const begins = albums.filter(({ name }) => fold(name).startsWith(typed));
  return [...new Set([...begins, ...within])].slice(0, SHOWN).map(({ name }) => ({ value: name }));
}
