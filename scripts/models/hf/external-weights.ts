/** Weights that an ONNX graph keeps in files beside it, whatever those are called, brought into the graph's own file. */
import { open, stat } from 'node:fs/promises';
import { type Field, fieldsOf, head, NotOnnx, number } from './protobuf.ts';

export { NotOnnx };

/** A stretch of a file of weights; a length of NaN reaches to its end. */
export interface Stretch {
  /** As the graph says it: relative to the folder of the graph. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** What a file is written from, in order. */
export type Piece = Uint8Array | Stretch;

type Message = 'model' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Where messages of onnx.proto3 have tensors, by field number. */
const FIELDS: Readonly<Record<Exclude<Message, 'tensor'>, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 25: 'function' },
  function: { 7: 'node' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
};
/** Of a TensorProto. */
const DIMS = 1;
const DATA_TYPE = 2;
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;
/** Bits of an element by `TensorProto.DataType`; 0 for strings, and for what is not known. */
const BITS = [0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4];
/** Graphs inside graphs (If, Loop): far fewer in any model, and few enough for the stack. */
const MAX_DEPTH = 200;

/** The stretches that the tensors of a graph are in; empty where they are all in its own file. @throws NotOnnx */
export function externalStretches(graph: Uint8Array): Stretch[] {
  return pieces(graph, 'model', (stretch) => stretch, 0).filter((piece) => !(piece instanceof Uint8Array)) as Stretch[];
}

/**
 * What a file of the same graph is written from that has all weights in it.
 * @param sizes bytes of each file of weights: tensors that do not say how long they are reach to its end.
 * @throws NotOnnx, RangeError for a tensor that is not inside its file.
 */
export function embedWeights(graph: Uint8Array, sizes: ReadonlyMap<string, number>): Piece[] {
  const within = (stretch: Stretch): Stretch => {
    const size = sizes.get(stretch.location) ?? 0;
    const length = Number.isNaN(stretch.length) ? size - stretch.offset : stretch.length;
    if (length >= 0 && stretch.offset + length <= size) return { ...stretch, length };
    const end = stretch.offset + Math.max(0, length);
    throw new RangeError(`${stretch.location} has ${size} bytes, and the graph needs ${end} or more`);
  };
  return pieces(graph, 'model', within, 0);
}

export function lengthOf(all: readonly Piece[]): number {
  return all.reduce((sum, { length }) => sum + length, 0);
}

/** @param pathOf where a file of weights is. */
export async function writePieces(
  path: string,
  all: readonly Piece[],
  pathOf: (location: string) => string,
): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const piece of all) {
      if (piece instanceof Uint8Array) await file.writeFile(piece);
      else await copyStretch(file, pathOf(piece.location), piece);
    }
  } finally {
    await file.close();
  }
}

const CHUNK = 16 * 2 ** 20;

async function copyStretch(to: Awaited<ReturnType<typeof open>>, path: string, { offset, length }: Stretch) {
  const from = await open(path);
  try {
    const chunk = Buffer.alloc(Math.min(CHUNK, length));
    for (let done = 0; done < length; ) {
      const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, length - done), offset + done);
      if (bytesRead === 0) throw new RangeError(`${path} became shorter while it was read`);
      await to.writeFile(chunk.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    await from.close();
  }
}

/** Bytes of each of these files; undefined for one that is not there. */
export async function sizesOf(paths: ReadonlyMap<string, string>): Promise<Map<string, number | undefined>> {
  const sizes = [...paths].map(async ([location, path]) => {
    const stats = await stat(path).catch(() => undefined);
    return [location, stats?.isFile() ? stats.size : undefined] as const;
  });
  return new Map(await Promise.all(sizes));
}

/** A message with what its external tensors are replaced by; the message itself where it has none. */
function pieces(bytes: Uint8Array, message: Message, replace: (stretch: Stretch) => Stretch, depth: number): Piece[] {
  if (depth > MAX_DEPTH) throw new NotOnnx('graphs are too deep in one another');
  if (message === 'tensor') return tensorPieces(bytes, replace);
  const children = FIELDS[message];
  const out: Piece[] = [];
  let copied = 0;
  for (const { number, start, end, body } of fieldsOf(bytes)) {
    const child = children[number];
    if (child === undefined || body === undefined) continue;
    const inner = pieces(body, child, replace, depth + 1);
    if (inner.length === 1 && inner[0] === body) continue;
    out.push(bytes.subarray(copied, start), head(number, lengthOf(inner)), ...inner);
    copied = end;
  }
  if (copied === 0) return [bytes];
  return [...out, bytes.subarray(copied)];
}

function tensorPieces(bytes: Uint8Array, replace: (stretch: Stretch) => Stretch): Piece[] {
  const fields = fieldsOf(bytes);
  if (!fields.some(({ number, value }) => number === DATA_LOCATION && value === EXTERNAL)) return [bytes];
  const entries = new Map(fields.filter(({ number }) => number === EXTERNAL_DATA).map(({ body }) => entryOf(body)));
  const stretch = replace({
    location: entries.get('location') ?? '',
    offset: wholeNumber(entries.get('offset') ?? '0'),
    length: entries.has('length') ? wholeNumber(entries.get('length') ?? '') : lengthOfTensor(fields),
  });
  const dropped = new Set([RAW_DATA, EXTERNAL_DATA, DATA_LOCATION]);
  const rest = fields.filter(({ number }) => !dropped.has(number)).map(({ start, end }) => bytes.subarray(start, end));
  return [...rest, head(RAW_DATA, stretch.length), stretch];
}

/** Bytes of a tensor by its shape and type; NaN where these do not tell. */
function lengthOfTensor(fields: readonly Field[]): number {
  const bits = BITS[fields.findLast(({ number }) => number === DATA_TYPE)?.value ?? 0] ?? 0;
  const dims = fields
    .filter(({ number }) => number === DIMS)
    .flatMap(({ value, body }) => (body ? numbersOf(body) : [value ?? 0]));
  return bits === 0 ? Number.NaN : Math.ceil((dims.reduce((product, dim) => product * dim, 1) * bits) / 8);
}

/** Numbers that stand one behind the other. */
function numbersOf(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = number(bytes, at);
    numbers.push(value);
    at = end;
  }
  return numbers;
}

/** @throws NotOnnx for what is no decimal number of at most 15 digits. */
function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new NotOnnx(`“${text.slice(0, 20)}” is no length`);
}

/** Key and value of a StringStringEntryProto. */
function entryOf(bytes: Uint8Array | undefined): [string, string] {
  const texts = new Map((bytes ? fieldsOf(bytes) : []).map(({ number, body }) => [number, body]));
  const text = (number: number) => Buffer.from(texts.get(number) ?? []).toString('utf8');
  return [text(1), text(2)];
}
