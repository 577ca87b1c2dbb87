import { AfterimageError } from '../../engine/errors.ts';
import type { ImageEncoder, Pixels } from '../../engine/ports.ts';
import { dated } from '../collection/dates.ts';
import { keptFacts } from '../collection/facts.ts';
import { itemId, picturePath } from '../collection/ids.ts';
import type { Known } from '../collection/known.ts';
import type { DecodedPicture, EmbeddedPicture, Journal, PictureRecord, Rendition, SourceFile } from '../ports.ts';
import type { IndexPorts, IndexRequest } from '../request.ts';
import { mapOrdered } from '../steps/map-ordered.ts';
import type { Stopwatch } from '../steps/stopwatch.ts';

/** Larger files are refused: they are read whole. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

/** What became of one file: an embedded picture, or the reason why there is none. */
export type Outcome =
  | { readonly file: SourceFile; readonly picture: EmbeddedPicture; readonly embedded: boolean }
  | Unreadable;

interface Hashed {
  readonly file: SourceFile;
  readonly sha256: string;
  /** Absent where the hash was remembered. */
  readonly bytes?: Uint8Array;
}
interface Unreadable {
  readonly file: SourceFile;
  readonly reason: string;
  /** It is there, but could not be read now: nothing is known of its content. */
  readonly unread?: boolean;
}
/** A picture that waits for its vector. */
interface Waiting {
  readonly file: SourceFile;
  readonly record: PictureRecord;
  readonly pixels: Pixels;
}
/** A picture whose vector was known. */
interface Redrawn extends EmbeddedPicture {
  readonly file: SourceFile;
}

export interface EmbedContext extends Pick<Known, 'known' | 'undrawn'> {
  readonly ports: IndexPorts;
  readonly request: IndexRequest;
  readonly stopwatch: Stopwatch;
  readonly journal: Journal;
  /** Bytes by path of the thumbnails and previews that are there; those that are written are added. */
  readonly existing: Map<string, number>;
}

/**
 * Hash, decode and embed `files`, each content once; those whose vectors are known are only drawn. Everything goes in the
 * order of the files, and so do the batches: a run that continues another one forms the same batches, hence the same
 * vectors to the last bit.
 */
export async function embedFiles(files: readonly SourceFile[], context: EmbedContext): Promise<Outcome[]> {
  const { request, known, ports } = context;
  const { batchSize, concurrency } = request;
  const hashed = mapOrdered(files, (file) => hashFile(file, context), { concurrency, ahead: concurrency });
  const decoded = mapOrdered(firstOfEach(hashed, known), (step) => decodeStep(step, context), {
    concurrency,
    ahead: concurrency,
  });
  // Apart from decoding: while a file is written, another picture has its turn.
  const written = mapOrdered(decoded, (step) => writeStep(step, context), { concurrency, ahead: 2 * batchSize });

  const results: (Unreadable | Hashed)[] = [];
  const failures = new Map<string, Unreadable>();
  const batches = createBatches(context);
  try {
    for await (const { result, picture, redrawn, failure } of written) {
      request.signal.throwIfAborted();
      results.push(result);
      if (failure !== undefined && 'sha256' in result) failures.set(itemId(result.sha256), failure);
      if (picture) await batches.add(picture);
      else if (redrawn) await batches.keep(redrawn);
      else ports.onEvent({ type: 'file', file: result.file, outcome: isProblem(result, failure) ? 'skipped' : 'kept' });
    }
    const made = await batches.finish();
    return results.map((result) => outcomeOf(result, failures, made, context));
  } finally {
    await batches.settled();
  }
}

/** One batch is encoded while the next one is gathered; never two at a time, so that the journal has them in order. */
function createBatches(context: EmbedContext) {
  const { request, ports } = context;
  const made = new Map<string, EmbeddedPicture>();
  let encoder: Promise<ImageEncoder> | undefined;
  let batch: Waiting[] = [];
  let kept: Redrawn[] = [];
  let running: Promise<void> = Promise.resolve();

  const embed = async (pictures: readonly Waiting[], loading: Promise<ImageEncoder>) => {
    for (const picture of await embedBatch(pictures, await loading, context)) made.set(picture.record.id, picture);
    for (const { file } of pictures) ports.onEvent({ type: 'file', file, outcome: 'embedded' });
  };
  /** Waits only while the batch before is still being encoded. */
  const start = async (loading: Promise<ImageEncoder>) => {
    await running;
    running = embed(batch, loading);
    running.catch(() => {}); // It is thrown at the next batch, or at the end.
    batch = [];
  };
  const startKeeping = async () => {
    await running;
    running = keepBatch(kept, context);
    running.catch(() => {}); // as above
    kept = [];
  };
  return {
    async add(picture: Waiting): Promise<void> {
      encoder ??= ports.encoder();
      encoder.catch(() => {}); // It is thrown by the first batch; until then it loads.
      batch.push(picture);
      if (batch.length === request.batchSize) await start(encoder);
    },
    /** Apart from those that are embedded, whose batches stay the same. */
    async keep(picture: Redrawn): Promise<void> {
      made.set(picture.record.id, picture);
      kept.push(picture);
      if (kept.length === request.batchSize) await startKeeping();
    },
    /** All that were added or kept, by id. */
    async finish(): Promise<ReadonlyMap<string, EmbeddedPicture>> {
      if (encoder && batch.length > 0) await start(encoder);
      if (kept.length > 0) await startKeeping();
      await running;
      return made;
    },
    /** When nothing is being encoded any more, however that ended. */
    settled: () => running.catch(() => {}),
  };
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
  readonly decoded?: DecodedPicture;
  /** Why a new picture could not be decoded. */
  readonly failure?: Unreadable;
}

async function decodeStep({ result, isNew }: Step, context: EmbedContext): Promise<DecodeResult> {
  if (!('sha256' in result)) return { result };
  const { file, sha256 } = result;
  if (!isNew) return { result: { file, sha256 } };
  const decoded = await orReason(file, () => decodeFile(result, context));
  return 'reason' in decoded ? { result: { file, sha256 }, failure: decoded } : { result: { file, sha256 }, decoded };
}

async function decodeFile({ file, bytes }: Hashed, context: EmbedContext): Promise<DecodedPicture> {
  const { ports, request, stopwatch } = context;
  request.signal.throwIfAborted();
  const content = bytes ?? (await stopwatch.time('read', () => ports.source.read(file, request.signal)));
  return stopwatch.time('decode', () => ports.decoder.decode(content, file.name));
}

interface WriteResult extends Pick<DecodeResult, 'result' | 'failure'> {
  readonly picture?: Waiting;
  readonly redrawn?: Redrawn;
}

async function writeStep({ decoded, ...rest }: DecodeResult, context: EmbedContext): Promise<WriteResult> {
  const { result } = rest;
  if (!decoded || !('sha256' in result)) return rest;
  const { thumbnail, preview } = await context.stopwatch.time('write', () => writePictures(decoded, context));
  const { file } = result;
  const id = itemId(result.sha256);
  const said = { ...dated(decoded.metadata, file), ...keptFacts(decoded.metadata, context.request) };
  const known = context.undrawn.get(id);
  if (known) {
    const record = { ...known.record, ...said, ...lookOf(decoded), thumbnail, preview };
    return { ...rest, redrawn: { ...known, record, file } };
  }
  const record: PictureRecord = {
    id,
    width: decoded.width,
    height: decoded.height,
    bytes: file.bytes,
    ...said,
    ...lookOf(decoded),
    thumbnail,
    preview,
  };
  return { result, picture: { file, record, pixels: decoded.pixels } };
}

function lookOf({ phash, signature }: DecodedPicture): Pick<PictureRecord, 'phash' | 'signature'> {
  return { ...(phash !== null && { phash }), ...(signature !== null && { signature }) };
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
async function embedBatch(
  batch: readonly Waiting[],
  encoder: ImageEncoder,
  { journal, stopwatch, request }: EmbedContext,
): Promise<EmbeddedPicture[]> {
  const vectors = await stopwatch.time('encode', () => encoder.encode(batch.map(({ pixels }) => pixels)));
  const pictures = batch.map(({ record }, i) => ({ record, vector: vectors[i] as Float32Array /* one a picture */ }));
  const mode = request.pictures;
  const entries = pictures.map((picture) => ({ ...picture, mode, redrawn: false }));
  await stopwatch.time('write', () => journal.append(entries));
  return pictures;
}

async function keepBatch(batch: readonly Redrawn[], { journal, stopwatch, request, ports }: EmbedContext) {
  const entries = batch.map(({ record, vector }) => ({ record, vector, mode: request.pictures, redrawn: true }));
  await stopwatch.time('write', () => journal.append(entries));
  for (const { file } of batch) ports.onEvent({ type: 'file', file, outcome: 'kept' });
}

/** The result, or why the picture cannot be read. Whatever else goes wrong ends the run. */
export async function orReason<T>(file: SourceFile, call: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AfterimageError)) throw error;
    if (error.code === 'picture-unreadable') return { file, reason: error.message };
    if (error.code === 'picture-unavailable') return { file, reason: error.message, unread: true };
    throw error;
  }
}

function isProblem(result: Unreadable | Hashed, failure: Unreadable | undefined): boolean {
  return 'reason' in result || failure !== undefined;
}

function outcomeOf(
  result: Unreadable | Hashed,
  failures: ReadonlyMap<string, Unreadable>,
  made: ReadonlyMap<string, EmbeddedPicture>,
  { known, undrawn }: EmbedContext,
): Outcome {
  const { file } = result;
  if ('reason' in result) return result;
  const id = itemId(result.sha256);
  const picture = made.get(id) ?? known.get(id);
  if (picture) return { file, picture, embedded: made.has(id) && !undrawn.has(id) };
  return { reason: 'It could not be decoded.', ...failures.get(id), file };
}
