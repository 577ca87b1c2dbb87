import {
  encodeSectionHeader,
  SECTION_HEADER_BYTES,
  type SectionIdentity,
} from '../../../engine/collection/sections/section.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { type BaselineSample, drawRows } from '../../../engine/search/cutoff.ts';

/*
 * Vectors that stand for a collection which is searched elsewhere, by which the page tells what a good match is. They are a
 * section of the collection, `sample`: `AIsm` and what every section begins with; of each of `sampleRows(count)` a scale
 * (float32), all scales first; then dim int8 codes each. Value i of a row is scale · code: within 1 %, for statistics.
 */

/** Their mean and deviation are known to within 3 %; 264 kB at 512 dimensions. */
const ROWS = 512;
const MAGIC = new TextEncoder().encode('AIsm');

/** The rows that the section holds. */
export function sampleRows(count: number): number[] {
  return drawRows(count, ROWS);
}

/** @param vectors of `sampleRows(identity.count)`, in that order, of unit norm */
export function encodeSample(vectors: readonly Float32Array[], identity: SectionIdentity): Uint8Array {
  const { dim } = identity;
  const header = headerOf(identity);
  const section = new Uint8Array(header.length + vectors.length * (4 + dim));
  section.set(header);
  const view = new DataView(section.buffer, header.length);
  const codes = new Int8Array(section.buffer, header.length + 4 * vectors.length);
  for (const [i, vector] of vectors.entries()) {
    const scale = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
    view.setFloat32(4 * i, scale, true);
    codes.set(
      vector.map((value) => Math.round(value / scale)),
      i * dim,
    );
  }
  return section;
}

/** @throws AfterimageError `part-corrupt` for a section of something else */
export function decodeSample(section: Uint8Array, identity: SectionIdentity): BaselineSample {
  const { count, dim } = identity;
  const header = headerOf(identity);
  const rows = sampleRows(count).length;
  if (section.length !== header.length + rows * (4 + dim) || header.some((byte, i) => byte !== section[i])) {
    throw new AfterimageError('part-corrupt', 'The sample of the collection is not of these pictures.');
  }
  const view = new DataView(section.buffer, section.byteOffset + header.length);
  const vectors = new Float32Array(rows * dim);
  for (let i = 0; i < vectors.length; i++) {
    vectors[i] = view.getFloat32(4 * Math.floor(i / dim), true) * view.getInt8(4 * rows + i);
  }
  return { count, dim, vectors };
}

/** That of another section, under the name of this one. */
function headerOf(identity: SectionIdentity): Uint8Array {
  const header = encodeSectionHeader('vectors', identity);
  header.set(MAGIC);
  return header.subarray(0, SECTION_HEADER_BYTES);
}
