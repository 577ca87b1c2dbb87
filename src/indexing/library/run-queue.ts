import { AfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';
import { mapOrdered } from '../steps/map-ordered.ts';
import { type Draft, draftOf } from './draft.ts';
import { createKeeper, type Keeper } from './keep-files.ts';
import {
  type FileFacts,
  type KnownPicture,
  type LibraryEncoder,
  type LibraryPicture,
  NotAtHand,
  type QueuePorts,
  type QueueStep,
  type WaitingFile,
} from './ports.ts';
import { createReadyPictures, type ReadyPicture } from './ready-pictures.ts';

/** Larger files are refused: they are read whole. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
/** Files that are taken out of the stored queue at a time. */
const CHUNK = 64;

export interface QueueOptions {
  /** Files that are read, and pictures that are decoded, at a time. */
  readonly concurrency: number;
  /** When it is aborted, the batches that are being encoded and stored are stored, and nothing else is begun. */
  readonly signal: AbortSignal;
}

/** What is known of a file, from step to step. */
type Step<F> =
  | { readonly file: WaitingFile<F>; readonly kind: 'away' }
  | {
      readonly file: WaitingFile<F>;
      readonly kind: 'failed';
      readonly error: AfterimageError;
      readonly sha256?: string;
    }
  | { readonly file: WaitingFile<F>; readonly kind: 'known'; readonly picture: KnownPicture<F> }
  | { readonly file: WaitingFile<F>; readonly kind: 'copy'; readonly sha256: string }
  | { readonly file: WaitingFile<F>; readonly kind: 'ready'; readonly sha256: string; readonly ready: ReadyPicture }
  | {
      readonly file: WaitingFile<F>;
      readonly kind: 'read';
      readonly sha256: string;
      readonly bytes: Uint8Array;
      /** Of a picture that is there: only its small copies are made again. */
      readonly vector?: Float32Array;
    }
  | {
      readonly file: WaitingFile<F>;
      readonly kind: 'decoded';
      readonly sha256: string;
      readonly picture: LibraryPicture;
      readonly vector?: Float32Array;
    };

/**
 * Take the files that wait and can be read, one after the other, until there are none: read, hash, and where their content is
 * new, decode, embed in batches, and store. What is in flight is bounded, however many wait. Whatever happens, a file is in
 * the stored queue until it is stored or failed.
 * @throws what encoder and store throw, such as AfterimageError `quota-exceeded`: what was in flight still waits
 */
export async function runQueue<F extends FileFacts>(ports: QueuePorts<F>, options: QueueOptions): Promise<void> {
  const { concurrency, signal } = options;
  const bounds = { concurrency, ahead: concurrency };
  const read = mapOrdered(waitingFiles(ports, signal), (file) => readStep(file, ports, signal), bounds);
  const decoded = mapOrdered(firstOfEach(read), (step) => decodeStep(step, ports, signal), bounds);
  const batches = createBatches(ports);
  try {
    for await (const step of decoded) {
      if (signal.aborted) break;
      await batches.add(step);
    }
    if (!signal.aborted) await batches.finish();
  } finally {
    await batches.settled();
  }
}

/** In the order in which they came. Those that came meanwhile are among them. */
async function* waitingFiles<F extends FileFacts>({ store, canRead }: QueuePorts<F>, signal: AbortSignal) {
  for (let after = -1; !signal.aborted; ) {
    const files = await store.waiting(CHUNK, after);
    const last = files.at(-1);
    if (!last) return;
    after = last.id;
    for (const file of files) if (canRead(file)) yield file;
  }
}

async function readStep<F extends FileFacts>(
  file: WaitingFile<F>,
  ports: QueuePorts<F>,
  signal: AbortSignal,
): Promise<Step<F>> {
  if (signal.aborted || !ports.canRead(file)) return { file, kind: 'away' };
  try {
    refuseLarge(file.file.bytes);
    const recalled = await ports.recall?.(file.file);
    if (recalled) return await readyStep(file, recalled, ports);
    const bytes = await timed(ports, 'read', () => ports.read(file));
    if (bytes.length === 0) throw new AfterimageError('picture-unreadable', 'The file is empty.');
    refuseLarge(bytes.length);
    const sha256 = await timed(ports, 'hash', () => ports.sha256(bytes));
    const [picture] = await ports.store.find([sha256]);
    // It may have changed since it was found, or could not even be looked at then.
    const read = { ...file, file: { ...file.file, bytes: bytes.length } };
    if (picture) {
      const { vector } = picture;
      return (await ports.lacksCopies?.(picture))
        ? { file: read, kind: 'read', sha256, bytes, vector }
        : { file: read, kind: 'known', picture };
    }
    const ready = await ports.recallContent?.(sha256, read.file);
    return ready ? { file: read, kind: 'ready', sha256, ready } : { file: read, kind: 'read', sha256, bytes };
  } catch (error) {
    return failed(file, error);
  }
}

/** What an index has of a file; a picture that is there already stays as it is. */
async function readyStep<F extends FileFacts>(
  file: WaitingFile<F>,
  ready: ReadyPicture,
  ports: QueuePorts<F>,
): Promise<Step<F>> {
  const [picture] = await ports.store.find([ready.sha256]);
  const isWhole = picture && !(await ports.lacksCopies?.(picture));
  return isWhole ? { file, kind: 'known', picture } : { file, kind: 'ready', sha256: ready.sha256, ready };
}

function refuseLarge(bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return;
  const most = MAX_FILE_BYTES / 2 ** 20;
  throw new AfterimageError(
    'picture-unreadable',
    `The file has ${Math.ceil(bytes / 2 ** 20)} MiB; at most ${most} are read.`,
  );
}

/** What is said of one file. All else ends the run. */
function failed<F>(file: WaitingFile<F>, error: unknown, sha256?: string): Step<F> {
  if (error instanceof NotAtHand) return { file, kind: 'away' };
  const isOfFile =
    error instanceof AfterimageError && (error.code === 'picture-unreadable' || error.code === 'picture-unavailable');
  if (!isOfFile) throw error;
  return { file, kind: 'failed', error, ...(sha256 !== undefined && { sha256 }) };
}

/** Each content is decoded once. In order, so that a copy always comes behind the first of its content. */
async function* firstOfEach<F>(steps: AsyncIterable<Step<F>>): AsyncGenerator<Step<F>> {
  const claimed = new Set<string>();
  for await (const step of steps) {
    if (step.kind !== 'read' && step.kind !== 'ready') yield step;
    else if (claimed.has(step.sha256)) yield { file: step.file, kind: 'copy', sha256: step.sha256 };
    else {
      claimed.add(step.sha256);
      yield step;
    }
  }
}

async function decodeStep<F extends FileFacts>(
  step: Step<F>,
  ports: QueuePorts<F>,
  signal: AbortSignal,
): Promise<Step<F>> {
  if (step.kind !== 'read') return step;
  const { file, sha256, bytes, vector } = step;
  if (signal.aborted) return { file, kind: 'away' };
  try {
    const picture = await timed(ports, 'prepare', () => ports.decode(bytes, file.file));
    return { file, kind: 'decoded', sha256, picture, ...(vector && { vector }) };
  } catch (error) {
    return failed(file, error, sha256);
  }
}

/** A picture that waits for its vector. */
interface Pending<F> {
  readonly draft: Draft;
  readonly sha256: string;
  readonly pixels: Pixels;
  /** Grows while the batch is being gathered. */
  readonly files: WaitingFile<F>[];
}

/** One batch is gathered, one is encoded and one is stored, side by side. */
function createBatches<F extends FileFacts>(ports: QueuePorts<F>) {
  const keeper = createKeeper(ports);
  const failures = new Map<string, AfterimageError>();
  let loading: Promise<LibraryEncoder> | undefined;
  let batch: Pending<F>[] = [];
  /** When the last batch that was begun has its vectors, and when the one before it is stored: then the next one begins. */
  let free: Promise<unknown> = Promise.resolve();
  /** When all batches that were begun are stored. */
  let running: Promise<void> = Promise.resolve();
  const ready = createReadyPictures(ports, keeper, () => running);

  const start = async (encoder: LibraryEncoder) => {
    await free;
    const [now, before] = [batch, running];
    batch = [];
    const vectors = timed(ports, 'encode', () => encoder.encode(now.map(({ pixels }) => pixels)));
    free = Promise.all([vectors, before]);
    running = storeBehind(before, now, vectors);
    for (const one of [free, running]) one.catch(() => {}); // It is thrown at the next batch, or at the end.
  };
  const storeBehind = async (before: Promise<void>, now: readonly Pending<F>[], vectors: Promise<Float32Array[]>) => {
    await before;
    await keeper.flush();
    await storeBatch(now, await vectors, ports, keeper);
  };
  const addPicture = async (picture: Pending<F>) => {
    loading ??= ports.encoder();
    loading.catch(() => {}); // It is thrown where it is waited for.
    batch.push(picture);
    // Only the first batch waits here for the encoder.
    const encoder = await loading;
    if (batch.length >= encoder.batchSize) await start(encoder);
  };
  const addCopy = async (file: WaitingFile<F>, sha256: string) => {
    const error = failures.get(sha256);
    if (error) return keeper.fail(file, error);
    const pending = batch.find((one) => one.sha256 === sha256);
    if (pending) return void pending.files.push(file);
    if (ready.addCopy(file, sha256)) return;
    await running;
    const [picture] = await ports.store.find([sha256]);
    if (picture) await keeper.keep(file, picture);
  };

  return {
    async add(step: Step<F>): Promise<void> {
      const { file } = step;
      if (step.kind === 'known') return keeper.keep(file, step.picture);
      if (step.kind === 'copy') return addCopy(file, step.sha256);
      if (step.kind === 'ready') return ready.add(file, step.ready);
      if (step.kind === 'failed') {
        if (step.sha256 !== undefined) failures.set(step.sha256, step.error);
        return keeper.fail(file, step.error);
      }
      if (step.kind !== 'decoded') return;
      const { sha256, picture, vector } = step;
      const draft = await draftOf(sha256, picture, file.file, ports);
      if (vector) await ready.add(file, { ...draft, sha256, vector, isIndexed: false });
      else await addPicture({ draft, sha256, pixels: picture.pixels, files: [file] });
    },
    async finish(): Promise<void> {
      if (batch.length > 0 && loading) await start(await loading);
      await running;
      await ready.flush();
      await keeper.flush();
    },
    /** When nothing is being stored any more, however that ended. */
    settled: () => running.catch(() => {}),
  };
}

async function storeBatch<F extends FileFacts>(
  batch: readonly Pending<F>[],
  vectors: readonly Float32Array[],
  ports: QueuePorts<F>,
  keeper: Keeper<F>,
): Promise<void> {
  const pictures = batch.map(({ draft, sha256, files }, i) => ({
    ...draft,
    sha256,
    files: files.map(({ file }) => file),
    vector: vectors[i] as Float32Array, // one a picture
  }));
  const files = batch.flatMap((one) => one.files);
  await keeper.prepare(files);
  const stored = await timed(ports, 'store', () =>
    ports.store.put(
      pictures,
      files.map(({ id }) => id),
    ),
  );
  for (const [i, picture] of stored.entries()) await keeper.replaced(batch[i]?.files ?? [], picture.key);
  const last = stored.at(-1);
  const known = files.length - batch.length;
  const newest = last ? { id: last.item.id, name: last.item.name } : null;
  ports.onProgress({ done: files.length, known, failed: 0, newest });
}

async function timed<F extends FileFacts, T>(
  { onStep }: QueuePorts<F>,
  step: QueueStep,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    onStep(step, performance.now() - start);
  }
}
