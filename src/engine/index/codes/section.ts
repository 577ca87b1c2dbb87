import { AfterimageError } from '../../errors.ts';
import { BITS, type Code, codeBytes, GROUP, MAX_WIDTH } from './code.ts';

/**
 * What stands before the codes in a collection's section, little-endian: four uint32 (components a code, bits a
 * component, dimension, rows), the centre (float32 × dim), the weights (float32 × components × dim). The codes follow,
 * row by row.
 */
const FIXED_BYTES = 16;
const FLOAT_BYTES = 4;

export interface CodeHeader {
  readonly code: Code;
  readonly count: number;
  /** Where the codes begin. */
  readonly bytes: number;
}

/** Bytes before the codes. */
export function codeHeaderBytes({ dim, width }: Pick<Code, 'dim' | 'width'>): number {
  return FIXED_BYTES + FLOAT_BYTES * dim * (1 + width);
}

export function writeCodeHeader({ dim, width, bits, centre, weights }: Code, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(codeHeaderBytes({ dim, width }));
  const view = new DataView(bytes.buffer);
  [width, bits, dim, count].forEach((value, i) => {
    view.setUint32(4 * i, value, true);
  });
  let at = FIXED_BYTES;
  for (const values of [centre, weights]) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += FLOAT_BYTES;
    }
  }
  return bytes;
}

/**
 * The header at the beginning of a section of codes for `count` rows of `dim`, of which at least the header is there.
 * @param length of the whole section; what `bytes` has where absent.
 * @throws AfterimageError `index-corrupt`.
 */
export function readCodeHeader(
  bytes: Uint8Array,
  { dim, count }: { readonly dim: number; readonly count: number },
  length = bytes.length,
): CodeHeader {
  if (bytes.length < FIXED_BYTES) throw corrupt('it is too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(0, true);
  if (!(width > 0 && width % GROUP === 0 && width <= MAX_WIDTH)) throw corrupt(`${width} components a code`);
  const bits = BITS.find((one) => one === view.getUint32(4, true));
  if (bits === undefined) throw corrupt(`${view.getUint32(4, true)} bits a component`);
  if (view.getUint32(8, true) !== dim) throw corrupt(`dimension ${view.getUint32(8, true)}, not ${dim}`);
  if (view.getUint32(12, true) !== count) throw corrupt(`${view.getUint32(12, true)} rows, not ${count}`);
  const headerBytes = codeHeaderBytes({ dim, width });
  const wanted = headerBytes + count * codeBytes({ width, bits });
  if (bytes.length < headerBytes || length !== wanted) throw corrupt(`${length} bytes, not ${wanted}`);
  const floats = (at: number, n: number) => {
    const values = Float32Array.from({ length: n }, (_, i) => view.getFloat32(at + FLOAT_BYTES * i, true));
    if (!values.every((value) => Number.isFinite(value))) throw corrupt('what is not a number');
    return values;
  };
  const centre = floats(FIXED_BYTES, dim);
  const weights = floats(FIXED_BYTES + FLOAT_BYTES * dim, width * dim);
  return { code: { dim, width, bits, centre, weights }, count, bytes: headerBytes };
}

function corrupt(problem: string): AfterimageError {
  return new AfterimageError('index-corrupt', `The codes of the collection have ${problem}.`);
}
