import { AfterimageError } from '../../errors.ts';
import type { ReadOptions } from '../../ports.ts';
import type { Adapter } from '../../query/adapter/adapter.ts';
import type { Collection } from '../reader.ts';
import { join } from '../sections/pack.ts';
import { encodeSectionHeader, SECTION_HEADER_BYTES } from '../sections/section.ts';
import type { CollectionManifest, Part } from '../types.ts';

/*
 * The section `adapter`: `AIad` and what every section begins with, with the count 0 and in place of the fingerprint the first
 * 32 digits of the model's hash; rank and three zeros (uint32); A (rank × dim) and B (dim × rank) in float32.
 */

/** Kind of the section. */
export const ADAPTER = 'adapter';

const MAGIC = new TextEncoder().encode('AIad');
const HEAD_BYTES = SECTION_HEADER_BYTES + 16;

/** What an adapter belongs to. */
type Made = Pick<CollectionManifest, 'dim' | 'model'>;

export function encodeAdapter({ rank, a, b }: Adapter, made: Made): Uint8Array {
  const section = new Uint8Array(HEAD_BYTES + 4 * (a.length + b.length));
  section.set(headerOf(made));
  const view = new DataView(section.buffer);
  view.setUint32(SECTION_HEADER_BYTES, rank, true);
  for (const [i, value] of [...a, ...b].entries()) view.setFloat32(HEAD_BYTES + 4 * i, value, true);
  return section;
}

/** @throws AfterimageError `part-corrupt` for a section of something else, or of another model */
export function decodeAdapter(section: Uint8Array, made: Made): Adapter {
  const { dim } = made;
  const header = headerOf(made);
  if (section.length < HEAD_BYTES || header.some((byte, i) => byte !== section[i])) {
    throw corrupt('it is of another model, or no adapter.');
  }
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  const [rank = 0, ...zeros] = [0, 4, 8, 12].map((at) => view.getUint32(SECTION_HEADER_BYTES + at, true));
  const isRight = rank >= 1 && rank <= dim && zeros.every((zero) => zero === 0);
  if (!isRight || section.length !== HEAD_BYTES + 8 * rank * dim) throw corrupt('it has another length.');
  const values = Float32Array.from({ length: 2 * rank * dim }, (_, i) => view.getFloat32(HEAD_BYTES + 4 * i, true));
  if (!values.every(Number.isFinite)) throw corrupt('it holds what is no number.');
  return { rank, dim, a: values.subarray(0, rank * dim), b: values.subarray(rank * dim) };
}

/** The parts of the section; none where the collection has no adapter. */
export function adapterParts({ parts }: Pick<CollectionManifest, 'parts'>): readonly Part[] {
  return parts.filter(({ kind }) => kind === ADAPTER);
}

/**
 * The adapter of a collection; undefined where it has none.
 * @throws AfterimageError `part-missing`, `part-corrupt`, `offline`, `network`
 */
export async function readAdapter(
  { manifest, readPart }: Pick<Collection, 'manifest' | 'readPart'>,
  options?: ReadOptions,
): Promise<Adapter | undefined> {
  const parts = adapterParts(manifest);
  if (parts.length === 0) return undefined;
  const read = await Promise.all(parts.map((part) => readPart(part, options)));
  return decodeAdapter(
    join(
      read,
      read.reduce((sum, { length }) => sum + length, 0),
    ),
    manifest,
  );
}

/** That of another section, under the name of this one. */
function headerOf({ dim, model }: Made): Uint8Array {
  const header = encodeSectionHeader('vectors', { count: 0, dim, fingerprint: model.sha256.slice(0, 32) });
  header.set(MAGIC);
  return header;
}

function corrupt(problem: string): AfterimageError {
  return new AfterimageError('part-corrupt', `The adapter of the collection cannot be used: ${problem}`);
}
