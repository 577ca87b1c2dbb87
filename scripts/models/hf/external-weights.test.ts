import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embedWeights, externalStretches, lengthOf, NotOnnx, type Piece } from './external-weights.ts';
import { field } from './testing.ts';

const text = (value: string) => Buffer.from(value);
const entry = (key: string, value: string) => field(13, Buffer.concat([field(1, text(key)), field(2, text(value))]));
const EXTERNAL = Buffer.from([14 << 3, 1]);

/** A TensorProto whose data are elsewhere. */
function external(location: string, said: Readonly<Record<string, string>> = {}): Buffer {
  const entries = Object.entries({ location, ...said }).map(([key, value]) => entry(key, value));
  return Buffer.concat([field(8, text('w')), ...entries, EXTERNAL]);
}
const inline = Buffer.concat([field(8, text('v')), field(9, text('12345678'))]);
const model = (graph: Buffer) => Buffer.concat([Buffer.from([8, 8]), field(7, graph), field(2, text('me'))]);
/** A node with a graph inside, as If has. */
const nested = (graph: Buffer) => field(1, Buffer.concat([field(4, text('If')), field(5, field(6, graph))]));

/** The pieces with their bytes, weights from `files`. */
function join(pieces: readonly Piece[], files: Readonly<Record<string, string>>): Buffer {
  const bytes = (piece: Piece) =>
    piece instanceof Uint8Array
      ? Buffer.from(piece)
      : text(files[piece.location] ?? '').subarray(piece.offset, piece.offset + piece.length);
  return Buffer.concat(pieces.map(bytes));
}
const sizes = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([name, content]) => [name, content.length]));

test('tensors of a graph, of graphs inside nodes and of functions get their data, and all else stays byte for byte', () => {
  const files = { a: '0123456789', 'b/c.bin': 'xyz' };
  const inner = field(5, external('b/c.bin'));
  const constant = field(1, field(5, field(5, external('a', { offset: '8', length: '2' }))));
  const graph = Buffer.concat([field(5, inline), field(5, external('a', { offset: '2', length: '4' })), nested(inner)]);
  const whole = Buffer.concat([
    model(graph),
    field(25, field(7, field(5, field(5, external('b/c.bin', { offset: '1' }))))),
    field(7, constant),
  ]);
  const tensor = (data: string) => Buffer.concat([field(8, text('w')), field(9, text(data))]);
  const expected = Buffer.concat([
    model(Buffer.concat([field(5, inline), field(5, tensor('2345')), nested(field(5, tensor('xyz')))])),
    field(25, field(7, field(5, field(5, tensor('yz'))))),
    field(7, field(1, field(5, field(5, tensor('89'))))),
  ]);
  const pieces = embedWeights(whole, sizes(files));
  expect(join(pieces, files)).toEqual(expected);
  expect(lengthOf(pieces)).toBe(expected.length);
  expect(externalStretches(whole).map(({ location }) => location)).toEqual(['a', 'b/c.bin', 'b/c.bin', 'a']);
});

test('where no length is said, shape and type say it, packed or not', () => {
  const of = (shape: Buffer) => model(field(5, Buffer.concat([shape, Buffer.from([16, 10]), external('a')]))); // float16
  const lengths = [of(Buffer.from([8, 2, 8, 3])), of(field(1, Buffer.from([2, 3])))].map((graph) => {
    return externalStretches(graph).map(({ length }) => length);
  });
  expect(lengths).toEqual([[12], [12]]);
});

test('a graph without such tensors is one piece, itself', () => {
  const whole = model(Buffer.concat([field(5, inline), nested(field(5, inline))]));
  expect(embedWeights(whole, new Map())).toEqual([whole]);
});

test.each([
  [{ offset: '8', length: '4' }, 'a has 10 bytes, and the graph needs 12 or more'],
  [{ offset: '11' }, 'a has 10 bytes, and the graph needs 11 or more'],
])('a tensor outside its file is refused: %j', (said, message) => {
  expect(() => embedWeights(model(field(5, external('a', said))), new Map([['a', 10]]))).toThrow(
    new RangeError(message),
  );
});

test.each(['-1', '1e9', '0x10', '99999999999999999'])('an offset of %s is refused', (offset) => {
  expect(() => externalStretches(model(field(5, external('a', { offset }))))).toThrow(NotOnnx);
});

test('graphs in one another without end are refused', () => {
  let graph = field(5, external('a'));
  for (let i = 0; i < 500; i++) graph = nested(graph);
  expect(() => externalStretches(model(graph))).toThrow(NotOnnx);
});

test('any bytes are read or refused', () => {
  const start = model(Buffer.concat([field(5, external('a', { offset: '0' })), nested(field(5, inline))]));
  const changed = fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(changed, fc.nat(start.length), fc.uint8Array({ maxLength: 30 }), (changes, end, more) => {
      const bytes = Buffer.from(start);
      for (const [at, value] of changes) bytes[at] = value;
      const input = Buffer.concat([bytes.subarray(0, end), more]);
      try {
        const pieces = embedWeights(input, new Map([['a', 4]]));
        expect(lengthOf(pieces)).toBe(join(pieces, { a: 'abcd' }).length);
      } catch (error) {
        expect(error instanceof NotOnnx || error instanceof RangeError).toBe(true);
      }
    }),
  );
});
