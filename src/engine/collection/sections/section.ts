import { AfterimageError } from '../../errors.ts';
import type { CollectionManifest, PartKind } from '../types.ts';

/** Version of the format that last changed how a section is laid out. A collection that goes from 3 to 4 keeps its parts. */
const LAYOUT_VERSION = 3;

/**
 * A section is the concatenation of a kind's parts: a header of 32 bytes, then the body.
 *
 *   0  magic, four ASCII characters, one for each kind
 *   4  version of the layout, uint32
 *   8  count of rows, uint32
 *  12  dim, uint32
 *  16  fingerprint, 16 bytes
 *
 * Numbers are little-endian. 32 keeps the body aligned for every typed array.
 */
export const SECTION_HEADER_BYTES = 32;

const MAGIC: Readonly<Record<PartKind, string>> = {
  vectors: 'AIvc',
  graph: 'AIgr',
  codes: 'AIco',
  cells: 'AIce',
  members: 'AIme',
  items: 'AIit',
  ids: 'AIid',
  blocks: 'AIbl',
};

/** What a header repeats of the manifest. */
export type SectionIdentity = Pick<CollectionManifest, 'count' | 'dim' | 'fingerprint'>;

export function encodeSectionHeader(kind: PartKind, identity: SectionIdentity): Uint8Array {
  const header = new Uint8Array(SECTION_HEADER_BYTES);
  header.set(new TextEncoder().encode(MAGIC[kind]));
  const view = new DataView(header.buffer);
  view.setUint32(4, LAYOUT_VERSION, true);
  view.setUint32(8, identity.count, true);
  view.setUint32(12, identity.dim, true);
  for (let i = 0; i < 16; i++) header[16 + i] = Number.parseInt(identity.fingerprint.slice(2 * i, 2 * i + 2), 16);
  return header;
}

/**
 * The body of a section, as a view.
 * @throws AfterimageError `part-corrupt` when the header is not that of this kind in this collection.
 */
export function openSection(kind: PartKind, section: Uint8Array, identity: SectionIdentity): Uint8Array {
  const expected = encodeSectionHeader(kind, identity);
  const differs = expected.findIndex((byte, i) => section[i] !== byte);
  if (differs >= 0) throw corrupt(kind, `${reason(differs)}.`);
  return section.subarray(SECTION_HEADER_BYTES);
}

/** What the first header byte that differs stands for. */
function reason(offset: number): string {
  if (offset < 4) return 'they are of another kind or no part of a collection';
  if (offset < 8) return 'they are of another version of the format';
  if (offset < 12) return 'they hold another number of pictures';
  if (offset < 16) return 'they are of another dimension';
  return 'they belong to another collection, model or state of this collection';
}

/** The error for a section that is not what the manifest says; `problem` is the end of a sentence. */
export function corrupt(kind: PartKind, problem: string): AfterimageError {
  return new AfterimageError('part-corrupt', `The ${kind} of the collection cannot be used: ${problem}`);
}
