import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeVectors } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { Pixels } from '../../src/engine/ports.ts';
import type { SourceFile } from '../../src/indexing/ports.ts';
import type { IndexSummary } from '../../src/indexing/request.ts';
import { mapOrdered } from '../../src/indexing/steps/map-ordered.ts';
import { createNodeImageEncoder, type NodeImageEncoder } from '../../src/platform/encoders/clip.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { createGraphBuilder } from '../../src/platform/indexes/hnsw/graph-builder.ts';
import { createDecoder } from '../../src/platform/pictures/decode.node.ts';
import { createFolderPictures } from '../../src/platform/pictures/walk.node.ts';
import { createCollectionBuilder, DEFAULT_BATCH } from '../indexing/build-collection.ts';
import { startVisionWorker } from '../indexing/vision-worker.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { describeMachine, type Machine } from './machine.ts';
import { median } from './stats.ts';

export interface PhotosReport {
  readonly machine: Machine;
  readonly pictures: number;
  readonly megabytes: number;
  /** Medians of interleaved rounds, in seconds. */
  readonly decodeAlone: number;
  readonly encodeAlone: number;
  readonly whole: number;
  /** whole ÷ (decodeAlone + encodeAlone); below 1.15 is the aim. */
  readonly ratio: number;
  readonly picturesPerSecond: number;
  /** Milliseconds a picture, each step alone, one picture at a time. */
  readonly steps: Readonly<Record<string, number>>;
  readonly markdown: string;
}

const ROUNDS = 3;
/** Pictures of which every step is measured alone. */
const SAMPLE = 100;

/** The pictures of a folder. @throws AfterimageError `nothing-to-index` where there are none. */
export async function listPhotos(folder: string): Promise<readonly SourceFile[]> {
  const { signal } = new AbortController();
  const { files } = await createFolderPictures({ folders: [folder], exclude: [] }).list(signal);
  if (files.length > 0) return files;
  const problem = existsSync(folder) ? `There are no pictures in ${folder}.` : `There is no folder ${folder}.`;
  throw new AfterimageError('nothing-to-index', problem);
}

/** Where `build-index` spends its time on the pictures of a folder. @throws AfterimageError `nothing-to-index`. */
export async function benchPhotos(folder: string): Promise<PhotosReport> {
  const files = await listPhotos(folder);
  const tower = { modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL };
  const [encoder, worker] = await Promise.all([createNodeImageEncoder(tower), startVisionWorker(tower)]);
  const context: Context = { folder, files, encoder, worker };
  const warm = (await decodeAll(context)).slice(0, DEFAULT_BATCH);
  for (const one of [encoder, worker]) await one.encode(warm);

  const rounds: { decode: number; encode: number; whole: number }[] = [];
  const out = await mkdtemp(join(tmpdir(), 'afterimage-bench-'));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { result: pixels, seconds: decode } = await timed(() => decodeAll(context));
      const { seconds: encode } = await timed(() => encodeAll(context, pixels));
      rounds.push({ decode, encode, whole: (await indexAll(context, join(out, String(round)))).seconds });
    }
  } finally {
    // Not before: for minutes after files have been deleted, ext4 takes up to a millisecond for each that is made.
    await rm(out, { recursive: true, force: true });
  }
  const decodeAlone = median(rounds.map(({ decode }) => decode));
  const encodeAlone = median(rounds.map(({ encode }) => encode));
  const whole = median(rounds.map((round) => round.whole));
  const steps = await measureSteps({ ...context, files: files.slice(0, SAMPLE) });
  for (const one of [encoder, worker]) await one.dispose();
  const report = {
    machine: describeMachine('none'),
    pictures: files.length,
    megabytes: files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
    decodeAlone,
    encodeAlone,
    whole,
    ratio: whole / (decodeAlone + encodeAlone),
    picturesPerSecond: files.length / whole,
    steps,
  };
  return { ...report, markdown: toMarkdown(report) };
}

interface Context {
  readonly folder: string;
  readonly files: readonly SourceFile[];
  /** In this thread, which has nothing else to do while it encodes: at its best alone. */
  readonly encoder: NodeImageEncoder;
  /** As build-index has it. */
  readonly worker: NodeImageEncoder;
}

/** Read, decode, make thumbnail and preview: as the pipeline does it, but nothing else. */
async function decodeAll({ folder, files, encoder }: Context): Promise<Pixels[]> {
  const { signal } = new AbortController();
  const source = createFolderPictures({ folders: [folder], exclude: [] });
  const decoder = createDecoder({ preprocessor: encoder.preprocessor, pictures: 'preview' });
  const concurrency = availableParallelism() + 2;
  const decode = async (file: SourceFile) => {
    // Pictures that cannot be decoded cost what they cost.
    const picture = await decoder.decode(await source.read(file, signal), file.name).catch(() => undefined);
    return picture?.pixels;
  };
  const pixels: Pixels[] = [];
  for await (const one of mapOrdered(files, decode, { concurrency, ahead: concurrency })) if (one) pixels.push(one);
  return pixels;
}

async function encodeAll({ encoder }: Context, pixels: readonly Pixels[]): Promise<void> {
  for (let i = 0; i < pixels.length; i += DEFAULT_BATCH) await encoder.encode(pixels.slice(i, i + DEFAULT_BATCH));
}

/** A whole build into the empty folder `out`, with an encoder that is loaded already. */
export async function indexAll(
  { folder, worker }: Pick<Context, 'folder' | 'worker'>,
  out: string,
): Promise<IndexSummary> {
  const builder = await createCollectionBuilder({
    folders: [folder],
    out: join(out, 'collections/bench'),
    cacheFolder: join(out, 'cache'),
    modelsFolder: MODELS_FOLDER,
    modelId: DEFAULT_MODEL,
    pictures: 'preview',
    hnsw: { M: 16, efConstruction: 200 },
    index: 'hnsw',
    encoding: 'int8',
    strict: false,
    fresh: true,
    encoder: worker,
  });
  return await builder.run(new AbortController().signal, () => {});
}

/** Milliseconds a picture of each step, one after the other: what they cost when nothing else runs. */
async function measureSteps({ folder, files, encoder }: Context): Promise<Record<string, number>> {
  const { signal } = new AbortController();
  const source = createFolderPictures({ folders: [folder], exclude: [] });
  const spent = new Map<string, number>();
  const add = (step: string, milliseconds: number) => spent.set(step, (spent.get(step) ?? 0) + milliseconds);
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const { result, seconds } = await timed(work);
    add(name, seconds * 1000);
    return result;
  };
  const decoder = createDecoder({
    preprocessor: encoder.preprocessor,
    pictures: 'preview',
    sequential: true,
    onStep: add,
  });
  const pixels: Pixels[] = [];
  for (const file of files) {
    const bytes = await step('read', () => source.read(file, signal));
    await step('hash', () => sha256(bytes));
    const picture = await decoder.decode(bytes, file.name).catch(() => undefined);
    if (picture) pixels.push(picture.pixels);
  }
  const vectors = new Float32Array(pixels.length * encoder.dim);
  for (let i = 0; i < pixels.length; i += DEFAULT_BATCH) {
    const batch = await step('encode', () => encoder.encode(pixels.slice(i, i + DEFAULT_BATCH)));
    for (const [j, vector] of batch.entries()) vectors.set(vector, (i + j) * encoder.dim);
  }
  const graph = createGraphBuilder({ dim: encoder.dim, M: 16, efConstruction: 200 });
  const stored = await step('quantise', async () => storeVectors(vectors, encoder.dim, 'int8'));
  await step('graph', () => graph.build(stored, () => {}, signal));
  return Object.fromEntries([...spent].map(([name, milliseconds]) => [name, milliseconds / files.length]));
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

function toMarkdown(report: Omit<PhotosReport, 'markdown'>): string {
  const { machine, pictures, megabytes, decodeAlone, encodeAlone, whole, ratio, picturesPerSecond, steps } = report;
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    `${machine.date}, Node ${machine.node}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ` +
      `${machine.system}. ${pictures} pictures, ${megabytes.toFixed(0)} MB; medians of ${ROUNDS} interleaved rounds.`,
    '',
    row('measure', 'value'),
    row('---', '---'),
    row('decoding, thumbnails and previews alone', seconds(decodeAlone)),
    row('encoding alone', seconds(encodeAlone)),
    row('all of build-index', `${seconds(whole)}, ${picturesPerSecond.toFixed(0)} pictures/s`),
    row('all ÷ (decoding + encoding)', ratio.toFixed(2)),
    ...Object.entries(steps).map(([name, value]) => row(`one picture at a time: ${name}`, `${value.toFixed(2)} ms`)),
  ].join('\n');
}
