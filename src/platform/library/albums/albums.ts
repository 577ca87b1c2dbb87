import { LIBRARY } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { albumKey, albumName } from '../../../engine/query/albums.ts';
import { isValidFilter } from '../../../engine/query/query.ts';
import {
  type Album,
  type AlbumChange,
  type AlbumContent,
  type AlbumPicture,
  type AlbumSummary,
  MAX_ALBUM_PICTURES,
  MAX_ALBUMS,
} from '../../../protocol/albums.ts';

/**
 * An album that is not there yet.
 * @param others all that are there
 * @throws AfterimageError `album-invalid`
 */
export function newAlbum(id: string, name: string, content: AlbumContent, others: readonly Album[]): Album {
  if (others.length >= MAX_ALBUMS)
    throw invalid(`There are ${MAX_ALBUMS} albums already, which is as many as there can be.`);
  return { id, name: usableName(name, others), changed: now(), content: normalised(content) };
}

/** @param others all but this one @throws AfterimageError `album-invalid` */
export function changedAlbum(album: Album, change: AlbumChange, others: readonly Album[]): Album {
  const name = change.name === undefined ? album.name : usableName(change.name, others);
  const changed = later(album.changed);
  const { content } = album;
  if (content.kind === 'search') return { ...album, name, changed, content: withThumbs(content, change.thumbs) };
  const removed = new Set((change.remove ?? []).map(keyOf));
  const left = content.pictures.filter((picture) => !removed.has(keyOf(picture)));
  return {
    ...album,
    name,
    changed,
    content: normalised({ kind: 'pictures', pictures: [...left, ...(change.add ?? [])] }),
  };
}

type SearchContent = Extract<AlbumContent, { readonly kind: 'search' }>;

/** @param thumbs undefined: those that it has */
function withThumbs({ kind, search }: SearchContent, thumbs: AlbumChange['thumbs'] = search.thumbs): SearchContent {
  const { thumbs: _, ...rest } = search;
  return { kind, search: thumbs && thumbs.length > 0 ? { ...rest, thumbs } : rest };
}

/** @param isThere whether the library has the picture of an id */
export function summaryOf(album: Album, isThere: (id: string) => boolean): AlbumSummary {
  const { id, name, changed, content } = album;
  if (content.kind === 'search') {
    return { id, name, changed, search: content.search, count: 0, cover: undefined, collections: [] };
  }
  const there = content.pictures.filter((picture) => picture.collection !== LIBRARY || isThere(picture.id));
  const collections = [...new Set(there.map(({ collection }) => collection))];
  return { id, name, changed, search: undefined, count: there.length, cover: there[0], collections };
}

/** In the order in which people look for names. */
export function byName(one: Pick<Album, 'name'>, other: Pick<Album, 'name'>): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}

/**
 * Albums of an exported library beside those that are there: of the same name, pictures come to those that are in it; another
 * search of a name that is taken gets another name. A search that is there takes the thumbs of the same one in the file where
 * that was changed later.
 * @returns those that are new or changed
 */
export function mergedAlbums(own: readonly Album[], imported: readonly Album[], newId: () => string): Album[] {
  const all = [...own];
  const touched = new Set<string>();
  for (const album of imported) {
    const same = all.find((one) => isSameAlbum(one, album));
    const change = same && changeBy(same, album);
    if (same && !change) continue;
    if (!same && all.length >= MAX_ALBUMS) continue;
    const { name, content } = album;
    const made = same && change ? changedAlbum(same, change, []) : newAlbum(newId(), freeName(name, all), content, all);
    if (same) all[all.indexOf(same)] = made;
    else all.push(made);
    touched.add(made.id);
  }
  return all.filter(({ id }) => touched.has(id));
}

/** Whether an imported album is joined with one that is there: pictures of one name, or the same search of any name. */
function isSameAlbum(own: Album, imported: Album): boolean {
  if (own.content.kind === 'search' || imported.content.kind === 'search')
    return sameContent(own.content, imported.content);
  return albumName(own.name) === albumName(imported.name);
}

/** What an imported album changes in the same one here; undefined: nothing. */
function changeBy(own: Album, { content, changed }: Album): AlbumChange | undefined {
  if (content.kind === 'pictures') {
    return sameContent(own.content, content) ? undefined : { add: content.pictures.slice(0, MAX_ALBUM_PICTURES) };
  }
  const { thumbs = [] } = content.search;
  const before = own.content.kind === 'search' ? (own.content.search.thumbs ?? []) : [];
  return changed > own.changed && JSON.stringify(thumbs) !== JSON.stringify(before) ? { thumbs } : undefined;
}

function freeName(name: string, all: readonly Album[]): string {
  const taken = new Set(all.map((one) => albumName(one.name)));
  let free = name;
  for (let n = 2; taken.has(albumName(free)); n++) free = `${name.slice(0, 90).trimEnd()} ${n}`;
  return free;
}

/** Thumbs aside. */
function sameContent(one: AlbumContent, other: AlbumContent): boolean {
  if (one.kind === 'search' && other.kind === 'search') {
    return JSON.stringify(withThumbs(one, [])) === JSON.stringify(withThumbs(other, []));
  }
  if (one.kind === 'search' || other.kind === 'search') return false;
  const keys = new Set(one.pictures.map(keyOf));
  return other.pictures.every((picture) => keys.has(keyOf(picture)));
}

/** Each picture once, where it was put first. */
function normalised(content: AlbumContent): AlbumContent {
  if (content.kind === 'search') return content;
  const byKey = new Map<string, AlbumPicture>();
  for (const { collection, id, thumbnail } of content.pictures) {
    const key = albumKey(collection, id);
    if (!byKey.has(key)) byKey.set(key, { collection, id, ...(thumbnail !== undefined && { thumbnail }) });
  }
  if (byKey.size > MAX_ALBUM_PICTURES) {
    throw invalid(`An album holds at most ${MAX_ALBUM_PICTURES.toLocaleString('en')} pictures. Make another one.`);
  }
  return { kind: 'pictures', pictures: [...byKey.values()] };
}

function usableName(written: string, others: readonly Album[]): string {
  const name = written.trim().replace(/\s+/g, ' ');
  // Filters have to take it.
  if (!isValidFilter({ field: 'album', value: name })) throw invalid('The name of an album has 1 to 100 characters.');
  if (others.some((one) => albumName(one.name) === albumName(name))) {
    throw invalid(`There is an album “${name}” already. Choose another name.`);
  }
  return name;
}

function keyOf({ collection, id }: AlbumPicture): string {
  return albumKey(collection, id);
}

function invalid(message: string): AfterimageError {
  return new AfterimageError('album-invalid', message);
}

export function unknownAlbum(): AfterimageError {
  return new AfterimageError('album-unknown', 'This album is gone. It may have been deleted in another tab.');
}

function now(): string {
  return new Date().toISOString();
}

/** Another time than before, however fast changes follow each other. */
function later(before: string): string {
  return new Date(Math.max(Date.now(), Date.parse(before) + 1)).toISOString();
}
