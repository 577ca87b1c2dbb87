import { AfterimageError } from '../engine/errors.ts';
import type { ImageEncoder, Pixels } from '../engine/ports.ts';
import { itemId, picturePath } from './ids.ts';
import { mapOrdered } from './map-ordered.ts';
import type { DecodedPicture, EmbeddedPicture, Journal, PictureRecord, Rendition, SourceFile } from './ports.ts';
import type { IndexPorts, IndexRequest } from './request.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Larger files are refused: they are read whole. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

/** What became of one file: an embedded picture, or the reason why there is none. */
export type Outcome =
  | { readonly file: SourceFile; readonly picture: EmbeddedPicture; readonly embedded: boolean }
  | { readonly file: SourceFile; readonly reason: string };

interface Hashed {
  readonly file: SourceFile;
  readonly sha256: string;
  /** Absent where the hash was remembered. */
  readonly bytes?: Uint8Array;
}
interface Unreadable {
  readonly file: SourceFile;
  readonly reason: string;
}
/** A picture that waits for its vector. */
interface Decoded {
  readonly file: SourceFile;
  readonly record: PictureRecord;
  readonly pixels: Pixels;
}

export interface EmbedContext {
  readonly ports: IndexPorts;
  readonly request: IndexRequest;
  readonly stopwatch: Stopwatch;
  readonly journal: Journal;
  readonly known: ReadonlyMap<string, EmbeddedPicture>;
  /** Bytes by path of the thumbnails and previews that are there; those that are written are added. */
  readonly existing: Map<string, number>;
}

/**
 * Hash, decode and embed `files`, each content once. Everything goes in the order of the files, and so do the batches:
 * a run that continues another one forms the same batches, hence the same vectors to the last bit.
 */
export async function embedFiles(files: readonly SourceFile[], context: EmbedContext): Promise<Outcome[]> {
  const { request, known, ports } = context;
  const { batchSize, concurrency } = request;
  const hashed = mapOrdered(files, (file) => hashFile(file, context), { concurrency, ahead: concurrency });
  const decoded = mapOrdered(firstOfEach(hashed, known), (step) => decodeStep(step, context), {
    concurrency,
    ahead: 2 * batchSize,
  });

  const results: (Unreadable | Hashed)[] = [];
  const failures = new Map<string, string>();
  const embedded = new Map<string, EmbeddedPicture>();
  let batch: Decoded[] = [];
  const flush = async () => {
    for (const picture of await embedBatch(batch, context)) embedded.set(picture.record.id, picture);
    for (const { file } of batch) ports.onEvent({ type: 'file', file, outcome: 'embedded' });
    batch = [];
  };
  for await (const { result, decoded: picture, failure } of decoded) {
    request.signal.throwIfAborted();
    results.push(result);
    if (failure !== undefined && 'sha256' in result) failures.set(itemId(result.sha256), failure);
    if (picture) batch.push(picture);
    else ports.onEvent({ type: 'file', file: result.file, outcome: isProblem(result, failure) ? 'skipped' : 'kept' });
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return results.map((result) => outcomeOf(result, { failures, embedded, known }));
}

interface Step {
  readonly result: Unreadable | Hashed;
  /** True for the first file of a content that is not known yet. */
  readonly isNew: boolean;
}

/** Mark the files whose content has to be embedded: the first one of each. In order, so the same one every time. */
async function* firstOfEach(
  hashed: AsyncIterable<Unreadable | Hashed>,
  known: ReadonlyMap<string, EmbeddedPicture>,
): AsyncGenerator<Step> {
  const claimed = new Set<string>();
  for await (const result of hashed) {
    const id = 'sha256' in result ? itemId(result.sha256) : undefined;
    const isNew = id !== undefined && !known.has(id) && !claimed.has(id);
    if (id !== undefined) claimed.add(id);
    yield { result, isNew };
  }
}

async function hashFile(file: SourceFile, { ports, request, stopwatch }: EmbedContext): Promise<Unreadable | Hashed> {
  request.signal.throwIfAborted();
  if (file.bytes === 0) return { file, reason: 'The file is empty.' };
  if (file.bytes > MAX_FILE_BYTES) {
    return { file, reason: `The file has ${file.bytes} bytes; at most ${MAX_FILE_BYTES} are read.` };
  }
  const remembered = ports.hashes.get(file);
  if (remembered !== undefined) return { file, sha256: remembered };
  return orReason(file, async () => {
    const bytes = await stopwatch.time('read', () => ports.source.read(file, request.signal));
    const sha256 = await stopwatch.time('hash', () => ports.sha256(bytes));
    ports.hashes.set(file, sha256);
    return { file, sha256, bytes };
  });
}

interface DecodeResult {
  /** Without its bytes, so that they can go. */
  readonly result: Unreadable | Hashed;
  readonly decoded?: Decoded;
  /** Why a new picture could not be decoded. */
  readonly failure?: string;
}

async function decodeStep({ result, isNew }: Step, context: EmbedContext): Promise<DecodeResult> {
  if (!('sha256' in result)) return { result };
  const { file, sha256 } = result;
  if (!isNew) return { result: { file, sha256 } };
  const decoded = await orReason(file, () => decodeFile(result, context));
  return 'reason' in decoded
    ? { result: { file, sha256 }, failure: decoded.reason }
    : { result: { file, sha256 }, decoded };
}

async function decodeFile({ file, sha256, bytes }: Hashed, context: EmbedContext): Promise<Decoded> {
  const { ports, request, stopwatch } = context;
  request.signal.throwIfAborted();
  const content = bytes ?? (await stopwatch.time('read', () => ports.source.read(file, request.signal)));
  const picture = await stopwatch.time('decode', () => ports.decoder.decode(content, file.name));
  const { thumbnail, preview } = await stopwatch.time('write', () => writePictures(picture, context));
  const record: PictureRecord = {
    id: itemId(sha256),
    width: picture.width,
    height: picture.height,
    bytes: file.bytes,
    date: picture.captured ?? new Date(file.modified).toISOString(),
    thumbnail,
    preview,
  };
  return { file, record, pixels: picture.pixels };
}

async function writePictures({ thumbnail, preview }: DecodedPicture, context: EmbedContext) {
  const written = await writePicture('thumbs', thumbnail, context);
  if (preview === 'thumbnail') return { thumbnail: written, preview: written };
  return { thumbnail: written, preview: preview && (await writePicture('previews', preview, context)) };
}

async function writePicture(kind: 'thumbs' | 'previews', rendition: Rendition, context: EmbedContext) {
  const { ports, existing } = context;
  const { bytes, extension, width, height } = rendition;
  const path = picturePath(kind, await ports.sha256(bytes), extension);
  if (existing.get(path) !== bytes.length) await ports.store.writePicture(path, bytes);
  existing.set(path, bytes.length);
  return { path, width, height };
}

/** Thumbnails are on disk before the journal names them. */
async function embedBatch(batch: readonly Decoded[], context: EmbedContext): Promise<EmbeddedPicture[]> {
  const { ports, journal, stopwatch } = context;
  const encoder: ImageEncoder = await ports.encoder();
  const vectors = await stopwatch.time('encode', () => encoder.encode(batch.map(({ pixels }) => pixels)));
  const pictures = batch.map(({ record }, i) => ({ record, vector: vectors[i] as Float32Array /* one a picture */ }));
  await stopwatch.time('write', () => journal.append(pictures));
  return pictures;
}

/** The result, or why the picture cannot be read. Whatever else goes wrong ends the run. */
async function orReason<T>(file: SourceFile, call: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AfterimageError && error.code === 'picture-unreadable') return { file, reason: error.message };
    throw error;
  }
}

function isProblem(result: Unreadable | Hashed, failure: string | undefined): boolean {
  return 'reason' in result || failure !== undefined;
}

function outcomeOf(
  result: Unreadable | Hashed,
  found: {
    readonly failures: ReadonlyMap<string, string>;
    readonly embedded: ReadonlyMap<string, EmbeddedPicture>;
    readonly known: ReadonlyMap<string, EmbeddedPicture>;
  },
): Outcome {
  const { file } = result;
  if ('reason' in result) return result;
  const id = itemId(result.sha256);
  const embedded = found.embedded.get(id);
  const picture = embedded ?? found.known.get(id);
  if (picture) return { file, picture, embedded: embedded !== undefined };
  return { file, reason: found.failures.get(id) ?? 'It could not be decoded.' };
}
