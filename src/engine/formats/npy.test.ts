import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeNpyHeader, encodeNpyRows, type NpyHeader, parseNpyHeader, readNpy } from './npy.ts';

const invalid = expect.objectContaining({ code: 'npy-invalid' });
const ascii = (text: string) => new TextEncoder().encode(text);
const concat = (...parts: readonly (Uint8Array | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** A file put together here from NumPy's description of the format, not by the code that is tested. */
function file(dictionary: string, data: Uint8Array | readonly number[] = [], version = 1): Uint8Array {
  const size = dictionary.length;
  const length = version === 1 ? [size & 255, size >> 8] : [size & 255, (size >> 8) & 255, (size >> 16) & 255, 0];
  return concat([0x93], ascii('NUMPY'), [version, 0], length, ascii(dictionary), data);
}

async function readAll(bytes: Uint8Array, cuts: readonly number[] = []) {
  const bounds = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const chunks = bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end));
  const { header, batches } = await readNpy(chunks, 'a.npy');
  const values: number[] = [];
  for await (const batch of batches) for (const value of batch) values.push(value);
  return { header, values };
}

// What numpy.save wrote for float32 [[1, -2], [0.5, 3]]: 128 bytes of header, then the numbers.
const NUMPY_FLOAT32 = concat(
  [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00],
  ascii(`{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }${' '.repeat(58)}\n`),
  [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x3f, 0x00, 0x00, 0x40, 0x40],
);

test('reads what NumPy wrote', async () => {
  expect(NUMPY_FLOAT32.length).toBe(128 + 16);
  const { header, values } = await readAll(NUMPY_FLOAT32);
  expect(header).toEqual({ dtype: 'f4', bigEndian: false, rows: 2, dim: 2, dataStart: 128 });
  expect(values).toEqual([1, -2, 0.5, 3]);
});

test.each([1, 2, 3])('reads version %i.0', async (version) => {
  const bytes = file(
    "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 3), }\n",
    [0, 0x3c, 0, 0xc0, 1, 0],
    version,
  );
  expect((await readAll(bytes)).values).toEqual([1, -2, 2 ** -24]);
});

test.each<[string, number[], number[]]>([
  ['>f2', [0x3c, 0, 0xc0, 0], [1, -2]],
  ['>f4', [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], [1, -2]],
  ['<f8', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], [1, -2]],
  ['>f8', [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1, -2]],
])('reads numbers of type %s', async (descr, data, values) => {
  const bytes = file(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 1), }\n`, data);
  expect((await readAll(bytes)).values).toEqual(values);
});

test.each([
  '{"shape":(1,1),"descr":"<f2","fortran_order":False}',
  " { 'fortran_order' : False , 'descr' : '<f2' , 'shape' : ( 1L , 1L ) } \n",
])('reads a dictionary as other writers spell it: %s', async (dictionary) => {
  expect((await readAll(file(dictionary, [0, 0x3c]))).values).toEqual([1]);
});

describe('refuses with a reason', () => {
  const array = (descr: string, shape: string, order = 'False') =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['something else', ascii('PK\x03\x04 and so on, long enough'), /does not begin as one/],
    ['nothing', new Uint8Array(0), /ends before its header/],
    ['half a header', NUMPY_FLOAT32.subarray(0, 60), /ends before its header/],
    ['version 4.0', file(array("'<f4'", '(1, 1)'), [0, 0, 0, 0], 4), /version is 4\.0/],
    ['one dimension', file(array("'<f4'", '(4,)')), /shape is \(4,\), which is 1-d/],
    ['three dimensions', file(array("'<f4'", '(1, 2, 2)')), /3-d/],
    ['a number', file(array("'<f4'", '()')), /0-d/],
    ['Fortran order', file(array("'<f4'", '(2, 2)', 'True')), /Fortran order.*ascontiguousarray/],
    ['integers', file(array("'<i4'", '(2, 2)')), /type '<i4'/],
    ['objects', file(array("'|O'", '(2, 2)')), /type '\|O'/],
    ['a structure', file(array("[('x', '<f4')]", '(2, 2)')), /plain array/],
    ['no dimension', file(array("'<f4'", '(2, 0)')), /shape is \(2, 0\)/],
    ['too many numbers', file(array("'<f4'", '(9007199254740991, 512)')), /shape/],
    ['no shape', file("{'descr': '<f4', 'fortran_order': False}"), /other members/],
    ['a member more', file("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), 'x': True}"), /other members/],
    ['code', file("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1, 1)}"), /plain array/],
    ['a header without end', concat([0x93], ascii('NUMPY'), [2, 0, 255, 255, 255, 255]), /header is 4294967295 bytes/],
    ['too few rows', NUMPY_FLOAT32.subarray(0, 128 + 7), /ends in row 0 of 2/],
    ['no rows', NUMPY_FLOAT32.subarray(0, 128), /ends in row 0 of 2/],
    ['too many rows', concat(NUMPY_FLOAT32, [0]), /goes on after its 2 rows/],
  ];
  test.each(cases)('%s', async (_name, bytes, message) => {
    await expect(readAll(bytes)).rejects.toThrow(invalid);
    await expect(readAll(bytes)).rejects.toThrow(message);
    await expect(readAll(bytes)).rejects.toThrow(/^a\.npy is no \.npy file/);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d, naming the row', async (bad) => {
    const dim = 600_000 / 100; // several batches
    const values = new Float32Array(100 * dim).fill(1);
    values[73 * dim + 5] = bad;
    const bytes = concat(encodeNpyHeader({ dtype: 'f4', rows: 100, dim }), encodeNpyRows(values, 'f4'));
    await expect(readAll(bytes)).rejects.toThrow(`row 73 (counted from 0) has ${bad} at 5`);
  });
});

test('a header of ours is what NumPy writes', () => {
  const header = encodeNpyHeader({ dtype: 'f2', rows: 1_000_000, dim: 512 });
  expect(header.length % 64).toBe(0);
  expect(new TextDecoder().decode(header.subarray(10)).trimEnd()).toBe(
    "{'descr': '<f2', 'fortran_order': False, 'shape': (1000000, 512), }",
  );
  expect(header.at(-1)).toBe(10);
  expect(parseNpyHeader(header)).toMatchObject({ dtype: 'f2', rows: 1_000_000, dim: 512, dataStart: header.length });
});

test('what is written is read again, in chunks of whatever length', async () => {
  const input = fc.record({
    dim: fc.integer({ min: 1, max: 40 }),
    rows: fc.integer({ min: 0, max: 30 }),
    dtype: fc.constantFrom('f2' as const, 'f4' as const),
    cuts: fc.array(fc.nat({ max: 5000 }), { maxLength: 12 }),
    // Halves, so that both types hold them.
    value: fc.integer({ min: -2048, max: 2048 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ dim, rows, dtype, cuts, value }) => {
      const values = Float32Array.from({ length: rows * dim }, (_, i) => (value + i) % 2048);
      const bytes = concat(encodeNpyHeader({ dtype, rows, dim }), encodeNpyRows(values, dtype));
      const read = await readAll(
        bytes,
        cuts.map((cut) => cut % (bytes.length + 1)),
      );
      expect(read.header).toMatchObject({ dtype, rows, dim, bigEndian: false } satisfies Partial<NpyHeader>);
      expect(read.values).toEqual([...values]);
    }),
  );
});

test('no bytes lead to anything but numbers or a coded error', async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat({ max: 143 }), fc.nat({ max: 255 })).map(([at, byte]) => {
      const changed = NUMPY_FLOAT32.slice();
      changed[at] = byte;
      return changed;
    }),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      await readAll(bytes).catch((error: unknown) => expect(error).toEqual(invalid));
    }),
    { numRuns: 500 },
  );
});

test('a reader that is left closes its source', async () => {
  let closed = false;
  async function* source() {
    try {
      yield NUMPY_FLOAT32;
      yield new Uint8Array(0);
    } finally {
      closed = true;
    }
  }
  const { batches } = await readNpy(source());
  for await (const _ of batches) break;
  expect(closed).toBe(true);
});
