/** Puts the indexing pipeline together for Node: folders, sharp, onnxruntime, hnswlib, a folder to write to. */
import { createHash } from 'node:crypto';
import { readFile, realpath, rmdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { type Memo, memoise } from '../../src/engine/async/cached/memoise.ts';
import type { ImageEncoder } from '../../src/engine/ports.ts';
import { wholeSeconds } from '../../src/indexing/collection/whole-seconds.ts';
import { indexPictures } from '../../src/indexing/pictures/index-pictures.ts';
import { createShard, type Shard } from '../../src/indexing/pictures/shard.ts';
import type { Caption, IndexEvent, IndexRequest, IndexSummary } from '../../src/indexing/request.ts';
import { createFolderStore } from '../../src/platform/collections/collection-store.node.ts';
import type { NodeImageEncoder, NodeImageEncoderOptions } from '../../src/platform/encoders/clip.node.ts';
import { openHashMemory } from '../../src/platform/hashes/hash-memory.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.node.ts';
import { createGraphBuilder } from '../../src/platform/indexes/hnsw/graph-builder.ts';
import { maxRows } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { towerFile } from '../../src/platform/models/model-files.ts';
import { readModelManifest, readPreprocessor } from '../../src/platform/models/model-folder.node.ts';
import { createDecoder } from '../../src/platform/pictures/decode.node.ts';
import { NO_PATTERNS, type Patterns } from '../../src/platform/pictures/leave-out.ts';
import { createFolderPictures } from '../../src/platform/pictures/walk.node.ts';
import { usage } from '../cli/cli.ts';
import { readCaptions } from './options/captions.ts';
import { type CollectionOptions, collectionOptions } from './options/collection-options.ts';
import { checkedName, makeOut, manifestText } from './options/out.ts';
import { startVisionWorker } from './vision-worker.ts';

export interface BuildOptions
  extends CollectionOptions,
    Pick<IndexRequest, 'pictures' | 'strict' | 'fresh'>,
    Partial<Pick<IndexRequest, 'places'>> {
  readonly folders: readonly string[];
  /** The collection's folder, `…/collections/<name>`. */
  readonly out: string;
  readonly modelsFolder: string;
  readonly modelId: string;
  /** Where hashes of unchanged files are remembered. */
  readonly cacheFolder: string;
  /** What is left out, or taken in, besides the usual. */
  readonly patterns?: Patterns;
  /** JSON with titles and licences by file name. */
  readonly captions?: string;
  readonly batchSize?: number;
  /** What the graph's memory holds, where absent. */
  readonly maxPictures?: number;
  /** Only this share of the pictures, as a collection that is made to be merged: it has no graph. */
  readonly shard?: Shard;
  /** One that is loaded already; it is not disposed of. */
  readonly encoder?: ImageEncoder;
}

/** A collection that can be brought up to date any number of times; what is loaded stays loaded in between. */
export interface CollectionBuilder {
  run(signal: AbortSignal, onEvent: (event: IndexEvent) => void): Promise<IndexSummary>;
  dispose(): Promise<void>;
}

/** Pictures a run of the encoder: more gain nothing on a processor. */
export const DEFAULT_BATCH = 32;

/**
 * Check the options and get ready.
 * @throws AfterimageError `usage` for folders that are none, `model-not-found`, `model-invalid`, `not-writable`.
 */
export async function createCollectionBuilder(options: BuildOptions): Promise<CollectionBuilder> {
  const out = resolve(options.out);
  const name = checkedName(out);
  await checkFolders(options.folders, out);
  const { modelsFolder, modelId } = options;
  const manifest = await readModelManifest(modelsFolder, modelId);
  const preprocessor = await readPreprocessor(join(modelsFolder, modelId));
  await makeOut(out);
  const model = {
    id: manifest.id,
    dim: manifest.dim,
    sha256: towerFile(manifest, 'vision', manifest.dtypes.cpu).sha256,
  };
  const hashes = await openHashMemory(hashesPath(options.cacheFolder, out));
  const worker = createWorkerSlot({ modelsFolder, modelId });
  const { shard } = options;
  const { folders, patterns = NO_PATTERNS } = options;
  const pictures = createFolderPictures({ folders, exclude: [out], patterns });
  const ports = {
    source: shard ? createShard(pictures, shard, sha256) : pictures,
    hashes,
    decoder: createDecoder({ preprocessor, pictures: options.pictures }),
    encoder: async () => options.encoder ?? worker.get(),
    graph: createGraphBuilder({ dim: model.dim, ...options.hnsw }),
    // Shards are not for the page, and on many machines that share a disk the list would be everybody's.
    store: createFolderStore(out, shard === undefined),
    manifestText: () => manifestText(out),
    sha256,
  };
  return {
    run: async (signal, onEvent) => {
      const request = toRequest(options, name, model, await captionsOf(options), signal);
      try {
        return await indexPictures(request, { ...ports, onEvent });
      } finally {
        await rmdir(out).catch(() => {}); // only where nothing came of it: a folder that is not empty stays
      }
    },
    dispose: worker.dispose,
  };
}

function toRequest(
  options: BuildOptions,
  name: string,
  model: IndexRequest['model'],
  captions: ReadonlyMap<string, Caption>,
  signal: AbortSignal,
): IndexRequest {
  const { hnsw, shard } = options;
  // When shards are merged, the graph is built once and vectors are rounded once.
  const { index, encoding } = shard ? ({ index: 'exact', encoding: 'f32' } as const) : options;
  const { pictures, places = false, strict, fresh, batchSize, maxPictures } = options;
  return {
    name,
    ...collectionOptions(options),
    model,
    index,
    encoding,
    pictures,
    places,
    captions,
    maxPictures: maxPictures ?? (index === 'hnsw' ? maxRows(model.dim, hnsw.M) : Number.POSITIVE_INFINITY),
    strict,
    fresh,
    batchSize: batchSize ?? DEFAULT_BATCH,
    concurrency: availableParallelism() + 2,
    created: createdNow(),
    signal,
  };
}

/** Started when it is first asked for, which a run that finds nothing new does not do; again when it has died. */
function createWorkerSlot(options: NodeImageEncoderOptions) {
  const worker: Memo<NodeImageEncoder> = memoise(() => startVisionWorker(options, { onDeath: worker.forget }));
  return {
    get: worker.get,
    async dispose() {
      const encoder = await worker.peek()?.catch(() => undefined);
      await encoder?.dispose();
    },
  };
}

/** Now, or what SOURCE_DATE_EPOCH says (reproducible-builds.org), in whole seconds. */
export function createdNow(): string {
  const epoch = Number(process.env.SOURCE_DATE_EPOCH);
  const time = process.env.SOURCE_DATE_EPOCH !== undefined && Number.isFinite(epoch) ? epoch * 1000 : Date.now();
  return wholeSeconds(new Date(time));
}

/** Outside the collection, which is published: it names places on this machine. */
function hashesPath(cacheFolder: string, out: string): string {
  const id = createHash('sha256').update(out).digest('hex').slice(0, 16);
  return join(cacheFolder, `${id}.jsonl`);
}

async function checkFolders(folders: readonly string[], out: string): Promise<void> {
  const realOut = await realpath(out).catch(() => out);
  for (const folder of folders) {
    const stats = await stat(folder).catch(() => undefined);
    if (!stats) throw usage(`The folder ${folder} does not exist`);
    if (!stats.isDirectory()) throw usage(`${folder} is not a folder`);
    const real = await realpath(folder);
    if (`${real}${sep}`.startsWith(`${realOut}${sep}`))
      throw usage(`${folder} lies in the folder that --out writes to`);
  }
}

async function captionsOf({ captions }: BuildOptions): Promise<ReadonlyMap<string, Caption>> {
  if (captions === undefined) return new Map();
  const text = await readFile(captions, 'utf8').catch(() => {
    throw usage(`The file ${captions} of --captions cannot be read`);
  });
  return readCaptions(text, captions);
}
