import { AfterimageError } from '../errors.ts';
import {
  also,
  type Check,
  checked,
  integer,
  isoDate,
  list,
  matching,
  member,
  modelId,
  nullable,
  object,
  oneOf,
  parseJson,
  sha256Hex,
  text,
} from '../formats/check.ts';
import type { Sha256 } from '../ports.ts';
import { SECTION_HEADER_BYTES } from './sections/section.ts';
import {
  type CollectionEntry,
  type CollectionList,
  type CollectionManifest,
  ENCODINGS,
  ENGINES,
  FORMAT_VERSION,
  MAX_BLOCK_BYTES,
  MAX_PART_BYTES,
  PART_KINDS,
  type Part,
  type PartKind,
} from './types.ts';
import { partRows, rowBytesOf } from './vectors/vector-blocks.ts';

export type UnsealedManifest = Omit<CollectionManifest, 'sha256'>;

const MAX_PARTS = 10_000;
const MAX_DIM = 65_536;
/** Rows are addressed by 32 bits; half of that keeps them positive wherever they pass through an int32. */
const MAX_COUNT = 2 ** 31 - 1;

/** No dot, so that none can be called `index.json`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const collectionName = matching(NAME, 'a name of letters, digits, "_" and "-"');

/** Whether `name` can name a collection: 1 to 64 letters, digits, `_` and `-`, the first a letter or digit. */
export function isCollectionName(name: string): boolean {
  return NAME.test(name);
}

/** The file name of a part whose content has this hash. */
export function partPath(kind: PartKind, sha256: string): string {
  return `${kind}-${sha256.slice(0, 16)}.bin`;
}

const part: Check<Part> = also(
  object<Part>({
    kind: oneOf(...PART_KINDS),
    path: text(1, 100),
    sha256: sha256Hex,
    bytes: integer(1, MAX_PART_BYTES),
  }),
  ({ kind, path, sha256 }) => (path === partPath(kind, sha256) ? undefined : 'is not named by its content'),
);

const manifest: Check<CollectionManifest> = also(
  object<CollectionManifest>({
    format: oneOf('afterimage-collection'),
    version: oneOf(FORMAT_VERSION),
    name: collectionName,
    title: text(1, 500),
    description: text(0, 5000),
    licence: nullable(text(1, 500)),
    examples: list(text(1, 500), 100),
    created: isoDate,
    model: object<CollectionManifest['model']>({ id: modelId, sha256: sha256Hex }),
    dim: integer(1, MAX_DIM),
    count: integer(0, MAX_COUNT),
    fingerprint: matching(/^[0-9a-f]{32}$/, '32 lower-case hex digits'),
    metric: oneOf('cosine'),
    quantiser: object<CollectionManifest['quantiser']>({
      encoding: oneOf(...ENCODINGS),
      rowBytes: integer(1, 4 * MAX_DIM),
      rowsPerBlock: integer(1, MAX_BLOCK_BYTES),
    }),
    index: oneOf(...ENGINES),
    hnsw: object<CollectionManifest['hnsw']>({
      M: integer(2, 1000),
      efConstruction: integer(1, 100_000),
      efSearch: integer(1, 100_000),
    }),
    pictures: object<CollectionManifest['pictures']>({ mode: oneOf('preview', 'copy', 'none'), bytes: integer(0) }),
    parts: list(part, MAX_PARTS),
    sha256: sha256Hex,
  }),
  wrongSize,
);

/** What each section must hold for `count` rows of `dim` numbers, and which sections there must be. */
function wrongSize(manifest: CollectionManifest): string | undefined {
  const { count, dim, parts, quantiser, index } = manifest;
  const bytes = new Map<PartKind, number>();
  for (const { kind, bytes: more } of parts) bytes.set(kind, (bytes.get(kind) ?? 0) + more);
  const needed: PartKind[] = ['vectors', 'items'];
  if (index === 'hnsw') needed.push('graph');
  if (index === 'codes') needed.push('codes', 'blocks');
  if (bytes.has('blocks')) needed.push('ids');
  for (const kind of new Set([...needed, ...bytes.keys()])) {
    if ((bytes.get(kind) ?? 0) < SECTION_HEADER_BYTES) return `has no ${kind}`;
  }
  const { encoding, rowBytes } = quantiser;
  if (rowBytes !== rowBytesOf(encoding, dim))
    return `has rows of ${rowBytes} bytes, which are not ${dim} in ${encoding}`;
  const vectors = parts.filter(({ kind }) => kind === 'vectors');
  if (!partRows(manifest, vectors)) {
    return `has ${bytes.get('vectors')} bytes of vectors, which is not ${count} of dimension ${dim} in whole blocks`;
  }
  // The shortest item is longer than 100 bytes, but one line break a row is all that the sums need.
  if ((bytes.get('items') ?? 0) < SECTION_HEADER_BYTES + count)
    return `has too few bytes of items for ${count} pictures`;
  if (bytes.has('ids') && bytes.get('ids') !== SECTION_HEADER_BYTES + 8 * count) {
    return `has ${bytes.get('ids')} bytes of ids, which is not one for each of ${count} pictures`;
  }
  return undefined;
}

/**
 * Read a `manifest.json`. It has one spelling only, that of `stringifyManifest`, so no damaged bit goes unnoticed.
 * @throws AfterimageError `collection-invalid`, or `collection-version` when another version of Afterimage wrote it.
 */
export async function parseManifest(source: string, sha256: Sha256): Promise<CollectionManifest> {
  const result = parseJson(source, (value) => manifestOfThisVersion(value), invalidManifest);
  const { sha256: claimed, ...content } = result;
  if (source !== stringifyManifest(result) || claimed !== (await hashOf(content, sha256))) {
    throw invalidManifest('its hash is not that of its content');
  }
  return result;
}

function manifestOfThisVersion(value: unknown): CollectionManifest {
  const version = member(value, 'version');
  const isOurs = member(value, 'format') === 'afterimage-collection';
  if (isOurs && typeof version === 'number' && version !== FORMAT_VERSION) {
    throw new AfterimageError(
      'collection-version',
      `The collection is of format version ${version}; this Afterimage reads version ${FORMAT_VERSION}. ` +
        (version > FORMAT_VERSION
          ? 'Update Afterimage (in the browser: reload the page), or build the collection again with `pnpm build-index`.'
          : 'Build the collection again with `pnpm build-index`.'),
    );
  }
  return manifest(value, '');
}

/**
 * Complete a manifest with the hash of itself.
 * @throws AfterimageError `collection-invalid` for what `parseManifest` would refuse.
 */
export async function sealManifest(content: UnsealedManifest, sha256: Sha256): Promise<CollectionManifest> {
  const candidate = { ...content, sha256: await hashOf(content, sha256) };
  return checked(candidate, manifest, invalidManifest);
}

/** The text of `manifest.json`, two spaces of indentation, members in declared order. */
export function stringifyManifest(sealed: CollectionManifest): string {
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

async function hashOf(content: UnsealedManifest, sha256: Sha256): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}

/** JSON without spaces, members sorted by name: one text for one value. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function invalidManifest(problem: string): AfterimageError {
  return new AfterimageError(
    'collection-invalid',
    `The collection's manifest.json is damaged: ${problem}. Reload the page; if that does not help, ` +
      'build the collection again with `pnpm build-index`.',
  );
}

export const EMPTY_LIST: CollectionList = { format: 'afterimage-collections', version: 1, collections: [] };

const entry: Check<CollectionEntry> = object<CollectionEntry>({
  name: collectionName,
  title: text(1, 500),
  description: text(0, 5000),
  count: integer(0),
  model: modelId,
  sha256: sha256Hex,
});

const collectionList: Check<CollectionList> = also(
  object<CollectionList>({
    format: oneOf('afterimage-collections'),
    version: oneOf(1),
    collections: list(entry, 10_000),
  }),
  ({ collections }) =>
    new Set(collections.map(({ name }) => name)).size < collections.length ? 'names a collection twice' : undefined,
);

/** Read `collections/index.json`. @throws AfterimageError `collection-invalid` */
export function parseCollectionList(source: string): CollectionList {
  return parseJson(
    source,
    collectionList,
    (problem) =>
      new AfterimageError(
        'collection-invalid',
        `The list of collections (collections/index.json) is damaged: ${problem}. ` +
          'Delete the file and run `pnpm build-index` again for each collection.',
      ),
  );
}

/** The text of `collections/index.json`. */
export function stringifyCollectionList(collections: CollectionList): string {
  return `${JSON.stringify(collections, null, 2)}\n`;
}

/** The line of the list that stands for a collection. */
export function entryOf({ name, title, description, count, model, sha256 }: CollectionManifest): CollectionEntry {
  return { name, title, description, count, model: model.id, sha256 };
}
