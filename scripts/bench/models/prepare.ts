/** What `pnpm bench models` asks: a model of CLIP B/32's size and 10,000 pictures, the same for both ways. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { readCollection } from '../../../src/engine/collection/reader.ts';
import { toFloat32 } from '../../../src/engine/collection/vectors/stored-vectors.ts';
import { normalise } from '../../../src/engine/numeric/embedding.ts';
import type { ImageEncoder } from '../../../src/engine/ports.ts';
import { mapOrdered } from '../../../src/indexing/steps/map-ordered.ts';
import { createFolderSource } from '../../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { towerPath } from '../../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../../src/platform/models/model-folder.node.ts';
import { createCollectionBuilder } from '../../indexing/build-collection.ts';
import { addModel } from '../../models/add-model.ts';
import { CACHE_FOLDER } from '../../repository/folders.ts';
import { sourcesVersion } from '../sources-version.ts';
import { createSynthetic } from '../synthetic/synthetic.ts';
import type { Precision } from './graph.ts';
import { writeClipSizeModel } from './towers.ts';

export const COLLECTION = 'pictures';
/** Of the model that is made here. */
const OWN = 'clip-size';
/** Towers of the same sources are the same. */
const TOWER_SOURCES = ['scripts/bench/models/graph.ts', 'scripts/bench/models/towers.ts'];
/** What is made of them, likewise. */
const SOURCES = ['scripts/bench/models/prepare.ts', 'scripts/models', 'src/engine/collection', 'src/indexing'];

export interface Prepared {
  /** A `public/` folder with the collection and its model. */
  readonly publicFolder: string;
  readonly model: string;
  /** Rows of float32, and the addresses of their thumbnails below `publicFolder`, which the demos' way reads. */
  readonly vectors: string;
  readonly pictures: string;
}

/** What is asked in place of the model that is made here: absolute paths. */
export interface Given {
  /** A CLIP folder from Hugging Face. */
  readonly model?: string | undefined;
  /** A folder with `text_model.onnx`, `vision_model_quantized.onnx` and so on, of CLIP B/32's size. */
  readonly towers?: string | undefined;
}

/** @param given where it gives nothing, towers are made */
export async function prepare(
  count: number,
  { model, towers }: Given,
  precisions: readonly Precision[],
  log: (line: string) => void,
): Promise<Prepared> {
  const version = sourcesVersion([...TOWER_SOURCES, ...SOURCES]);
  const given = model ?? towers;
  const name = [count, ...precisions, ...(given === undefined ? [] : [await sha256(Buffer.from(given))])].join('-');
  const folder = join(CACHE_FOLDER, 'bench-models', name);
  const publicFolder = join(folder, 'public');
  const done = join(folder, 'version.txt');
  const prepared = {
    ...{ publicFolder, model: OWN },
    vectors: join(publicFolder, 'demo/vectors.bin'),
    pictures: join(publicFolder, 'demo/pictures.json'),
  };
  if ((await readFile(done, 'utf8').catch(() => '')) === version) return prepared;
  await rm(done, { force: true });
  await rm(publicFolder, { recursive: true, force: true });
  for (const part of ['demo', 'models', 'collections']) await mkdir(join(publicFolder, part), { recursive: true });
  const from = model ?? join(folder, `towers-${sourcesVersion(TOWER_SOURCES)}`);
  if (model === undefined) {
    log('Towers of random weights');
    await once(from, (unfinished) =>
      towers === undefined ? writeClipSizeModel(unfinished, precisions) : copyTowers(towers, unfinished, precisions),
    );
  }
  log('The model');
  await addModel({ folder: from, modelsFolder: join(publicFolder, 'models'), id: OWN });
  log(`${count} pictures`);
  const photos = join(folder, `photos-${count}`);
  await once(photos, (unfinished) => makePictures(unfinished, count));
  log('Their collection');
  await makeCollection(publicFolder, photos, folder);
  await writeForDemo(prepared);
  await writeFile(done, version);
  return prepared;
}

/** The folder of `writeClipSizeModel` with the towers of another program. */
async function copyTowers(from: string, to: string, precisions: readonly Precision[]): Promise<void> {
  await writeClipSizeModel(to, []);
  for (const path of precisions.flatMap((precision) => [
    towerPath('text', precision),
    towerPath('vision', precision),
  ])) {
    await copyFile(join(from, basename(path)), join(to, path));
  }
}

/** Make a folder, unless an earlier run did so to the end. */
async function once(folder: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await make(unfinished);
  await rename(unfinished, folder);
}

/** Blots of colour, no two alike. */
async function makePictures(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const make = async (i: number) => {
    const rgb = Uint8Array.from(
      { length: 8 * 6 * 3 },
      (_, at) => (i * 7919 + at * (i % 251) * 31 + at * at * 17) % 256,
    );
    const raw = { width: 8, height: 6, channels: 3 } as const;
    const picture = sharp(rgb, { raw }).resize(128, 96, { kernel: 'cubic' }).jpeg({ quality: 80 });
    await picture.toFile(join(folder, `${String(i).padStart(5, '0')}.jpg`));
  };
  const concurrency = availableParallelism();
  for await (const _ of mapOrdered([...Array(count).keys()], make, { concurrency, ahead: concurrency }));
}

/** Vectors are made up: to look at 10,000 pictures would take half an hour, and a search takes no notice of it. */
async function makeCollection(publicFolder: string, photos: string, folder: string): Promise<void> {
  const modelsFolder = join(publicFolder, 'models');
  const { dim, imageSize } = await readModelManifest(modelsFolder, OWN);
  const synthetic = createSynthetic({ seed: 1, dim });
  let next = 0;
  const encoder: ImageEncoder = {
    ...{ modelId: OWN, dim, imageSize },
    encode: async (batch) => batch.map(() => normalise(synthetic.pictures(next++, 1))),
  };
  const builder = await createCollectionBuilder({
    ...{ folders: [photos], out: join(publicFolder, 'collections', COLLECTION), cacheFolder: join(folder, 'hashes') },
    ...{ modelsFolder, modelId: OWN, encoder, title: 'Made-up pictures', pictures: 'none' },
    ...{ index: 'hnsw', encoding: 'int8', hnsw: { M: 16, efConstruction: 200 }, strict: true, fresh: true },
  });
  await builder.run(new AbortController().signal, () => {});
  await builder.dispose();
}

async function writeForDemo({ publicFolder, vectors, pictures }: Prepared): Promise<void> {
  const collection = await readCollection(createFolderSource(publicFolder), sha256, COLLECTION);
  const rows = toFloat32(await collection.vectors());
  await writeFile(vectors, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  const items = await collection.items();
  const all = await Promise.all([...Array(items.count).keys()].map((row) => items.get(row)));
  await writeFile(
    pictures,
    JSON.stringify(all.map(({ thumbnail }) => `collections/${COLLECTION}/${thumbnail?.path ?? ''}`)),
  );
}
