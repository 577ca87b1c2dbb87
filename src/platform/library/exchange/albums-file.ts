import {
  also,
  boolean,
  type Check,
  finite,
  isoDate,
  list,
  matching,
  object,
  oneOf,
  parseJson,
  relativePath,
  sha256Hex,
  text,
} from '../../../engine/formats/check.ts';
import { isValidFilter, MAX_TERMS } from '../../../engine/query/query.ts';
import { MAX_SERIALISED } from '../../../engine/query/serialise.ts';
import {
  type Album,
  type AlbumPicture,
  MAX_ALBUM_PICTURES,
  MAX_ALBUMS,
  MAX_SAVED_THUMBS,
  type SavedPicture,
  type SavedSearch,
  type SavedThumb,
} from '../../../protocol/albums.ts';
import { libraryFileInvalid } from './library-file.ts';

/** Beside `library.json` in an exported library, where there are albums. Pages that know no albums do not read it. */
export const ALBUMS_FILE = 'albums.json';

/** More dimensions than any model has. */
const MAX_DIM = 8192;

/** An album has pictures, or it is a search. */
interface ExportedAlbum {
  readonly name: string;
  readonly changed: string;
  readonly pictures?: readonly AlbumPicture[];
  readonly search?: SavedSearch;
}

interface AlbumsFile {
  readonly format: 'afterimage-albums';
  readonly version: 1;
  readonly albums: readonly ExportedAlbum[];
}

const collection = matching(/^[A-Za-z0-9][\w-]{0,63}$|^\*$/, 'the name of a collection');
const picture = object<AlbumPicture>(
  { collection, id: matching(/^[0-9a-f]{16}$/, '16 lower-case hex digits'), thumbnail: relativePath },
  ['thumbnail'],
);
const savedPicture = object<SavedPicture>({ sha256: sha256Hex, model: sha256Hex, embedding: list(finite, MAX_DIM) });
/** As the log takes ids: what comes from there can be imported, whatever an imported log held. */
const savedThumb = object<SavedThumb>({ id: text(1, 64), judgement: oneOf('up', 'down') });
const search = object<SavedSearch>(
  {
    query: text(1, MAX_SERIALISED),
    collection,
    names: boolean,
    pictures: list(savedPicture, MAX_TERMS),
    thumbs: list(savedThumb, MAX_SAVED_THUMBS),
  },
  ['pictures', 'thumbs'],
);
const album = also(
  object<ExportedAlbum>(
    {
      name: text(1, 100),
      changed: isoDate,
      pictures: list(picture, MAX_ALBUM_PICTURES),
      search,
    },
    ['pictures', 'search'],
  ),
  ({ name, pictures, search }) => {
    if (!isValidFilter({ field: 'album', value: name })) return 'has a name that no album can have';
    return (pictures === undefined) === (search === undefined) ? 'is neither pictures nor a search' : undefined;
  },
);
const albumsFile: Check<AlbumsFile> = object<AlbumsFile>({
  format: oneOf('afterimage-albums'),
  version: oneOf(1),
  albums: list(album, MAX_ALBUMS),
});

export function stringifyAlbums(albums: readonly Album[]): string {
  const exported = albums.map(({ name, changed, content }): ExportedAlbum => {
    return content.kind === 'search'
      ? { name, changed, search: content.search }
      : { name, changed, pictures: content.pictures };
  });
  return JSON.stringify({ format: 'afterimage-albums', version: 1, albums: exported } satisfies AlbumsFile);
}

/** The albums of an exported library, without ids of their own. @throws AfterimageError `import-invalid` */
export function parseAlbums(json: string): Album[] {
  const { albums } = parseJson(json, albumsFile, (problem) => libraryFileInvalid(`${ALBUMS_FILE}: ${problem}`));
  return albums.map(({ name, changed, pictures, search }) => ({
    ...{ id: '', name, changed },
    content: search ? { kind: 'search', search } : { kind: 'pictures', pictures: pictures ?? [] },
  }));
}
