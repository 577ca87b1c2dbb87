import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { onTestFinished } from 'vitest';
import { CAMERA, withExtension } from '../../src/engine/collection/extensions/facts.ts';
import { type Collection, readCollection } from '../../src/engine/collection/reader.ts';
import { type Item, PERCEPTUAL_HASH, READ_VERSIONS, SIGNATURE } from '../../src/engine/collection/types.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { normalise } from '../../src/engine/numeric/embedding.ts';
import type { ImageEncoder, Pixels } from '../../src/engine/ports.ts';
import type { IndexEvent, IndexSummary } from '../../src/indexing/request.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { type BuildOptions, createCollectionBuilder } from './build-collection.ts';

/** A folder of the test's own, gone when it is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture of one colour with a spot in another place for each `seed`: no two seeds look alike. */
export function drawing(seed: number, width = 40, height = 30): Sharp {
  const background = { r: (seed * 83) % 256, g: (seed * 151) % 256, b: (seed * 199) % 256 };
  const spot = { create: { width: 6, height: 6, channels: 3, background: { r: 255, g: 255, b: seed % 256 } } } as const;
  const at = { left: (seed * 7) % (width - 6), top: (seed * 5) % (height - 6) };
  return sharp({ create: { width, height, channels: 3, background } }).composite([{ input: spot, ...at }]);
}

/** Write a drawing; the extension says in which format. */
export async function draw(path: string, seed: number, width?: number, height?: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await drawing(seed, width, height).toFile(path);
}

export interface FakeEncoder extends ImageEncoder {
  /** Pictures encoded so far. */
  encoded: number;
}

/** Stands in for a vision tower: the same pixels give the same vector, other pixels another one. */
export function createFakeEncoder(dim = 256, imageSize = 64): FakeEncoder {
  return {
    modelId: DEFAULT_MODEL,
    dim,
    imageSize,
    encoded: 0,
    async encode(batch) {
      this.encoded += batch.length;
      return batch.map((pixels) => normalise(project(pixels, dim)));
    },
  };
}

function project({ rgb }: Pixels, dim: number): Float32Array {
  const vector = new Float32Array(dim);
  for (const [i, byte] of rgb.entries()) vector[i % dim] = (vector[i % dim] as number) + byte + (i % 3);
  vector[0] = (vector[0] as number) + 1;
  return vector;
}

/** The item without what an export leaves out of it. */
export function asExported(item: Item): Item {
  return [CAMERA, PERCEPTUAL_HASH, SIGNATURE].reduce((before, name) => withExtension(before, name, undefined), item);
}

/** Options as of a plain `build-index <folders> --out <out>`, with an encoder that takes no time. */
export function buildOptions(folders: readonly string[], out: string, encoder: ImageEncoder): BuildOptions {
  return {
    folders,
    out,
    encoder,
    cacheFolder: join(dirname(out), '.cache'),
    modelsFolder: MODELS_FOLDER,
    modelId: DEFAULT_MODEL,
    pictures: 'preview',
    hnsw: { M: 8, efConstruction: 50, efSearch: 50 },
    index: 'hnsw',
    encoding: 'int8',
    strict: false,
    fresh: false,
  };
}

export interface Workplace {
  readonly pictures: string;
  readonly out: string;
  readonly encoder: FakeEncoder;
  /** Build the collection `out` of the folder `pictures`, or bring it up to date. */
  build(more?: Partial<BuildOptions>, onEvent?: (event: IndexEvent) => void): Promise<IndexSummary>;
  items(): Promise<Item[]>;
}

/** An empty folder of pictures and a place for its collection, gone when the test is over. */
export async function workplace(): Promise<Workplace> {
  const folder = await temporaryFolder();
  const pictures = join(folder, 'pictures');
  const out = join(folder, 'site/collections/test');
  await mkdir(pictures);
  const encoder = createFakeEncoder();
  return {
    pictures,
    out,
    encoder,
    async build(more = {}, onEvent = () => {}) {
      const builder = await createCollectionBuilder({ ...buildOptions([pictures], out, encoder), ...more });
      return builder.run(new AbortController().signal, onEvent);
    },
    items: async () => (await openCollection(out)).allItems(),
  };
}

export function openCollection(out: string): Promise<Collection> {
  const collections = dirname(out);
  return readCollection(createFolderSource(dirname(collections)), sha256, basename(out), basename(collections));
}

/** Make the collection one of a version that is read no more, as far as its manifest tells. @param more members to change. */
export async function makeOlder(out: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const path = join(out, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, version: READ_VERSIONS[0] - 1, ...more }));
}

/** All files below `folder`, by path with `/`. */
export async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const);
  return new Map(await Promise.all(read));
}

/** A folder of models in which the usual one's vision tower is of another hash: for encoders that are given. */
export async function otherModel(folder: string): Promise<string> {
  const models = join(folder, 'other-models');
  await cp(join(MODELS_FOLDER, DEFAULT_MODEL), join(models, DEFAULT_MODEL), { recursive: true });
  const path = join(models, DEFAULT_MODEL, 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  for (const file of manifest.files) if (/vision/.test(file.path)) file.sha256 = 'e'.repeat(64);
  await writeFile(path, JSON.stringify(manifest));
  return models;
}
