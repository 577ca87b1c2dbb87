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
import { additionName, extensions, MAX_MANIFEST_EXTENSION_BYTES } from './extensions/extensions.ts';
import { part, wrongParts } from './sections/parts.ts';
import { SECTION_HEADER_BYTES } from './sections/section.ts';
import {
  CELLS,
  type CollectionEntry,
  type CollectionList,
  type CollectionManifest,
  ENCODINGS,
  FORMAT_VERSION,
  INDEX_KINDS,
  isKnown,
  MAX_BLOCK_BYTES,
  type PartKind,
  READ_VERSIONS,
} from './types.ts';
import { partRows, rowBytesOf } from './vectors/vector-blocks.ts';

export type UnsealedManifest = Omit<CollectionManifest, 'sha256'>;

/** Additions to the format that this code can read; `requires` may name them. */
const ADDITIONS: readonly string[] = [CELLS];
const MAX_REQUIRED = 100;
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

const manifest: Check<CollectionManifest> = also(
  object<CollectionManifest>(
    {
      format: oneOf('afterimage-collection'),
      version: oneOf(...READ_VERSIONS),
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
      index: oneOf(...INDEX_KINDS),
      hnsw: object<CollectionManifest['hnsw']>({
        M: integer(2, 1000),
        efConstruction: integer(1, 100_000),
        efSearch: integer(1, 100_000),
      }),
      pictures: object<CollectionManifest['pictures']>({ mode: oneOf('preview', 'copy', 'none'), bytes: integer(0) }),
      requires: list(additionName, MAX_REQUIRED),
      extensions: extensions(MAX_MANIFEST_EXTENSION_BYTES),
      parts: list(part, MAX_PARTS),
      sha256: sha256Hex,
    },
    ['requires', 'extensions'],
  ),
  (whole) => wrongVersion(whole) ?? wrongParts(whole.parts) ?? wrongSize(whole),
);

/** Whether it has what its version has not. */
function wrongVersion({ version, requires, extensions, parts }: CollectionManifest): string | undefined {
  if (version > 3) return undefined;
  if (requires !== undefined || extensions !== undefined) return `has a member that version ${version} has not`;
  const other = parts.find((one) => !isKnown(one));
  return other && `has a part of the kind ${other.kind}, which version ${version} has not`;
}

/** What each section must hold for `count` rows of `dim` numbers, and which sections there must be. */
function wrongSize(manifest: CollectionManifest): string | undefined {
  const { count, dim, parts, quantiser, index, requires } = manifest;
  const bytes = new Map<PartKind, number>();
  for (const one of parts.filter(isKnown)) bytes.set(one.kind, (bytes.get(one.kind) ?? 0) + one.bytes);
  const needed: PartKind[] = ['vectors', 'items'];
  if (index === 'hnsw') needed.push('graph');
  if (index === 'codes') needed.push('codes', 'blocks');
  if (index === 'cells') needed.push('cells', 'members', 'blocks');
  if (bytes.has('blocks')) needed.push('ids');
  for (const kind of new Set([...needed, ...bytes.keys()])) {
    if ((bytes.get(kind) ?? 0) < SECTION_HEADER_BYTES) return `has no ${kind}`;
  }
  if (index !== 'cells' && (bytes.has('cells') || bytes.has('members'))) return 'has cells and another index';
  if (index === 'cells' && requires?.includes(CELLS) !== true) return `does not say that it requires ${CELLS}`;
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
 * @throws AfterimageError `collection-invalid`, or `collection-version` when it is of a version, or requires an addition,
 *   that this code does not know.
 */
export async function parseManifest(source: string, sha256: Sha256): Promise<CollectionManifest> {
  const result = parseJson(source, readable, invalidManifest);
  const { sha256: claimed, ...content } = result;
  if (source !== stringifyManifest(result) || claimed !== (await hashOf(content, sha256))) {
    throw invalidManifest('its hash is not that of its content');
  }
  return result;
}

/** The version and what is required are looked at first: of later ones the rest may look different. */
function readable(value: unknown): CollectionManifest {
  if (member(value, 'format') === 'afterimage-collection') {
    const problem = unknownVersion(member(value, 'version')) ?? unknownAddition(member(value, 'requires'));
    if (problem !== undefined) throw new AfterimageError('collection-version', problem);
  }
  return manifest(value, '');
}

function unknownVersion(version: unknown): string | undefined {
  if (typeof version !== 'number' || READ_VERSIONS.some((one) => one === version)) return undefined;
  const age = version > FORMAT_VERSION ? 'newer' : 'older';
  return `The collection is of ${age} format version ${version}; this Afterimage reads versions ${READ_VERSIONS.join(' and ')}.`;
}

function unknownAddition(requires: unknown): string | undefined {
  const names: readonly unknown[] = Array.isArray(requires) ? requires : [];
  const unknown = names.find((name) => typeof name === 'string' && !ADDITIONS.includes(name));
  if (typeof unknown !== 'string') return undefined;
  return `The collection needs ${JSON.stringify(unknown.slice(0, 64))}, which this Afterimage does not know.`;
}

/** Whether a manifest is one that only a newer Afterimage can read. @param source untrusted */
export function isNewer(source: string): boolean {
  try {
    const value: unknown = JSON.parse(source);
    const version = member(value, 'version');
    return (
      member(value, 'format') === 'afterimage-collection' &&
      typeof version === 'number' &&
      (version > FORMAT_VERSION || unknownAddition(member(value, 'requires')) !== undefined)
    );
  } catch {
    return false;
  }
}

/**
 * Complete a manifest with the hash of itself.
 * @throws AfterimageError for what `parseManifest` would refuse, with the same codes.
 */
export async function sealManifest(content: UnsealedManifest, sha256: Sha256): Promise<CollectionManifest> {
  const { sha256: _, ...valid } = checked({ ...content, sha256: '0'.repeat(64) }, readable, invalidManifest);
  return { ...valid, sha256: await hashOf(valid, sha256) };
}

/** The text of `manifest.json`, two spaces of indentation, members in declared order. */
export function stringifyManifest(sealed: CollectionManifest): string {
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

async function hashOf(content: UnsealedManifest, sha256: Sha256): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}

/** JSON without spaces, members sorted by the UTF-16 units of their names (as in RFC 8785): one text for one value. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonicalJson(one)}`).join(',')}}`;
}

function invalidManifest(problem: string): AfterimageError {
  return new AfterimageError('collection-invalid', `The collection's manifest.json is damaged: ${problem}.`);
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
        `The list of collections (collections/index.json) is damaged: ${problem}.`,
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
