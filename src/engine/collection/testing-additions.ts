/** Collections with all that version 4 leaves room for, for tests of readers and writers that know nothing of it. */
import type { Sha256 } from '../ports.ts';
import { canonicalJson, sealManifest, stringifyManifest } from './manifest.ts';
import { join } from './sections/pack.ts';
import { partPath } from './sections/parts.ts';
import { encodeSectionHeader } from './sections/section.ts';
import type { CollectionManifest, Dependence, Item, Part } from './types.ts';

/** Of the manifest. */
export const EXTENSIONS = {
  'org.example.album': { cover: 2, tags: ['sea', 'é "quoted"', null], nested: [{ deep: [0.5, -1e-7, true] }] },
  'later-version': 1,
};

interface Section {
  readonly kind: string;
  readonly dependsOn: Dependence;
  readonly bytes: Uint8Array;
}

/** Sections of all reserved kinds as the format describes them, and one of somebody else's. */
export function otherSections(manifest: CollectionManifest): Section[] {
  const { count, dim, model } = manifest;
  const ofRows = (magic: string, body: Uint8Array) => withHeader(magic, manifest, body);
  const adapter = { count: 0, dim, fingerprint: model.sha256.slice(0, 32) };
  return [
    { kind: 'segments', dependsOn: 'rows', bytes: ofRows('AIsg', segments(count)) },
    { kind: 'layout', dependsOn: 'rows', bytes: ofRows('AIla', bytesOf(new Float32Array(2 * count).fill(0.25))) },
    { kind: 'labels', dependsOn: 'rows', bytes: ofRows('AIlb', labels(['sea', 'été'], count)) },
    { kind: 'adapter', dependsOn: 'model', bytes: withHeader('AIad', adapter, adapterOf(dim)) },
    { kind: 'org.example.notes', dependsOn: 'nothing', bytes: new TextEncoder().encode('Whatever they like.') },
  ];
}

/** The item with all that it may have. */
export function grownItem(item: Item, row: number): Item {
  const place = { at: [row, 0.5], by: 'hand' };
  const extensions = { ...item.extensions, 'org.example.place': place, 'later-version': null };
  return { ...item, media: 'video', duration: 12.5, extensions };
}

/**
 * The manifest with more sections and extensions, sealed again.
 * @returns it, and the files of the sections by name
 */
export async function growManifest(
  { sha256: _, ...content }: CollectionManifest,
  sections: readonly Section[],
  sha256: Sha256,
): Promise<{ manifest: CollectionManifest; files: Map<string, Uint8Array> }> {
  const files = new Map<string, Uint8Array>();
  const parts: Part[] = [];
  for (const { kind, dependsOn, bytes } of sections) {
    const hash = await sha256(bytes);
    parts.push({ kind, path: partPath(kind, hash), sha256: hash, bytes: bytes.length, dependsOn });
    files.set(partPath(kind, hash), bytes);
  }
  const grown = {
    ...content,
    extensions: { ...EXTENSIONS, ...content.extensions },
    parts: [...content.parts, ...parts],
  };
  return { manifest: await sealManifest(grown, sha256), files };
}

/** The text of a manifest with these changes, whatever they are, and a hash that agrees: nothing here would write it. */
export async function forgeManifest(manifest: CollectionManifest, changes: object, sha256: Sha256): Promise<string> {
  const { sha256: _, extensions, parts, ...rest } = { ...manifest, ...changes };
  const content = { ...rest, extensions, parts } as CollectionManifest; // in the order in which members are declared
  const hash = await sha256(new TextEncoder().encode(canonicalJson(content)));
  return stringifyManifest({ ...content, sha256: hash });
}

function withHeader(magic: string, identity: Parameters<typeof encodeSectionHeader>[1], body: Uint8Array): Uint8Array {
  const header = encodeSectionHeader('items', identity);
  header.set(new TextEncoder().encode(magic));
  return join([header, body], header.length + body.length);
}

/** Pairs of rows are moments of one item. */
function segments(count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 * count));
  for (let row = 0; row < count; row++) {
    view.setUint32(12 * row, row - (row % 2), true);
    view.setFloat32(12 * row + 4, 4 * (row % 2), true);
    view.setFloat32(12 * row + 8, 4 * (row % 2) + 4, true);
  }
  return new Uint8Array(view.buffer);
}

/** All rows have the first label, none has the others. */
function labels(names: readonly string[], count: number): Uint8Array {
  const list = new TextEncoder().encode(JSON.stringify(names));
  const padded = new Uint8Array(4 * Math.ceil(list.length / 4));
  padded.set(list);
  const rows = Uint32Array.from([count, ...Array(count).keys(), ...names.slice(1).map(() => 0)]);
  const chunks = [bytesOf(Uint32Array.of(list.length)), padded, bytesOf(rows)];
  return join(
    chunks,
    chunks.reduce((sum, { length }) => sum + length, 0),
  );
}

/** Of rank 2. */
function adapterOf(dim: number): Uint8Array {
  const matrices = bytesOf(new Float32Array(2 * 2 * dim).fill(0.01));
  const head = bytesOf(Uint32Array.of(2, 0, 0, 0));
  return join([head, matrices], head.length + matrices.length);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
