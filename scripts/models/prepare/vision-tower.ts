/** Prepare a vision tower for WebAssembly when its model is added: see docs/decisions/0016-products-of-tiles.md. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Dtype, ModelManifest } from '../../../src/engine/model/model.ts';
import { dot, normalise } from '../../../src/engine/numeric/embedding.ts';
import { useModelsFolder } from '../../../src/platform/encoders/clip.node.ts';
import { loadVisionTower, runVisionTower } from '../../../src/platform/encoders/vision/clip-vision.ts';
import { PREPARED_VISION, preparedVisionPath, towerPath } from '../../../src/platform/models/model-files.ts';
import { type ModelGraph, type ModelTensor, openOnnx } from '../onnx.ts';
import { replaceConvolutions } from './convolutions.ts';

/** Protobuf files that are read whole. */
const MAX_TOWER = 1_000_000_000;
/** Tensors of this many bytes or more stay in the tower's file. */
const MIN_TENSOR = 1024;
/** The same numbers but for rounding. */
const SAME = 0.99999;
const PICTURES = 4;

/**
 * Write a graph beside a tower in float32 that comes to the same vectors with fewer multiplications, if there is one. Its
 * weights are those in the tower's file.
 * @param folder the model's, below the folder of models
 * @returns its path inside `folder`; undefined where nothing is gained
 */
export async function prepareVisionTower(
  folder: string,
  { family, imageSize, dtype }: Pick<ModelManifest, 'family' | 'imageSize'> & { readonly dtype: Dtype },
): Promise<string | undefined> {
  const tower = join(folder, towerPath('vision', dtype));
  const isThere = await stat(tower).then(
    ({ size }) => size <= MAX_TOWER,
    () => false,
  );
  if (dtype !== 'fp32' || !isThere) return undefined;
  const file = await readFile(tower);
  const { graph, write } = openOnnx(file);
  const changed = isWhole(graph) ? replaceConvolutions(graph, imageSize) : undefined;
  if (!changed) return undefined;
  const path = join(folder, preparedVisionPath(dtype));
  await writeFile(
    path,
    write({ ...changed, initializer: changed.initializer.map((one) => inFile(one, file, basename(tower))) }),
  );
  if (await isFaithful(folder, family, imageSize)) return preparedVisionPath(dtype);
  await rm(path);
  return undefined;
}

/** Weights that are in other files, and graphs inside of nodes, are not followed. */
function isWhole({ initializer, node }: ModelGraph): boolean {
  const isNested = node.some(({ opType }) => ['If', 'Loop', 'Scan'].includes(opType));
  return !isNested && initializer.every(({ externalData = [] }) => externalData.length === 0);
}

/** The tensor without its data, which are named by their place in the tower's file. */
function inFile(tensor: ModelTensor, file: Uint8Array, location: string): ModelTensor {
  const { rawData } = tensor;
  if (!rawData || rawData.length < MIN_TENSOR || rawData.buffer !== file.buffer) return tensor;
  const entries = { location, offset: rawData.byteOffset - file.byteOffset, length: rawData.length };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
  return { name: tensor.name, dims: tensor.dims, dataType: tensor.dataType, dataLocation: 1, externalData };
}

/** Both towers, asked for pictures of noise. */
async function isFaithful(folder: string, family: ModelManifest['family'], size: number): Promise<boolean> {
  useModelsFolder(dirname(folder));
  const planes = Float32Array.from({ length: PICTURES * 3 * size * size }, (_, i) => 2 * Math.sin(i * i * 0.37));
  const vectors = async (fileName?: string) => {
    const options = { device: 'cpu', dtype: 'fp32', ...(fileName !== undefined && { fileName }) } as const;
    const model = await loadVisionTower(basename(folder), family, options);
    try {
      return (await runVisionTower(model, planes, PICTURES, size)).map(normalise);
    } finally {
      await model.dispose();
    }
  };
  const expected = await vectors();
  const prepared = await vectors(PREPARED_VISION).catch(() => []);
  return expected.every((vector, i) => dot(vector, prepared[i] ?? new Float32Array(vector.length)) >= SAME);
}
