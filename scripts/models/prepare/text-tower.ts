/** Optimise a text tower when its model is added, so that a browser need not do it at each start. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Dtype, ModelManifest } from '../../../src/engine/model/model.ts';
import { expandTensors, type StoredTensor } from '../../../src/engine/model/prepared.ts';
import { useModelsFolder } from '../../../src/platform/encoders/clip.node.ts';
import { loadTextTower } from '../../../src/platform/encoders/clip-text.node.ts';
import { preparedPath, towerPath } from '../../../src/platform/models/model-files.ts';
import { decodeWeights } from '../onnx.ts';

export interface PreparedTower {
  /** The optimised graph, an `.onnx` file whose large tensors are external data. */
  readonly graph: Buffer;
  readonly prepared: NonNullable<ModelManifest['prepared']>;
}

/** Tensors of this many bytes or more are left out of the graph. */
const MIN_TENSOR = 1024;
/**
 * A larger tower is loaded as it is: putting its tensors together takes memory and time that optimising would have taken.
 * With CLIP ViT-B/32's float32 tower (254 MB) encoding was slower, too, by a fifth.
 */
const MAX_TOWER = 100_000_000;
const INT8 = 3;

/**
 * Let onnxruntime optimise the text tower in `folder`, and find the tensors of the result in the file of that tower, so
 * that a browser, which has verified and expanded them, needs nothing but the graph besides.
 * @returns undefined where the file is large, or where the optimised tower has tensors that it does not: they would have
 * to be downloaded besides.
 */
export async function prepareTextTower(
  folder: string,
  family: ModelManifest['family'],
  dtype: Dtype,
): Promise<PreparedTower | undefined> {
  const path = join(folder, towerPath('text', dtype));
  if ((await stat(path)).size > MAX_TOWER) return undefined;
  const work = await mkdtemp(join(tmpdir(), 'afterimage-prepare-'));
  try {
    const name = basename(preparedPath(dtype));
    await writeOptimised(folder, family, dtype, join(work, name));
    const graph = await readFile(join(work, name));
    const data = await readFile(join(work, `${name}_data`)).catch(() => new Uint8Array());
    const tensors = findTensors(await readFile(path), graph, data);
    return tensors && { graph, prepared: { dtype, tensors } };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `extended`, because what `all` adds to it suits the processor that it runs on. */
async function writeOptimised(folder: string, family: ModelManifest['family'], dtype: Dtype, path: string) {
  useModelsFolder(dirname(folder));
  const session = {
    optimized_model_external_initializers_file_name: `${basename(path)}_data`,
    optimized_model_external_initializers_min_size_in_bytes: String(MIN_TENSOR),
  };
  const sessionOptions = {
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: path,
    extra: { session },
  } as const;
  const { model } = await loadTextTower(basename(folder), family, { device: 'cpu', dtype, sessionOptions });
  await model.dispose();
}

/** Where `tower` has the tensors that make `data`, in their order there; undefined where it lacks one. */
function findTensors(tower: Buffer, graph: Uint8Array, data: Uint8Array): StoredTensor[] | undefined {
  const products = scaledTensors(tower);
  const tensors: StoredTensor[] = [];
  for (const { name, offset, length } of externalTensors(graph)) {
    const bytes = data.subarray(offset, offset + length);
    const found =
      products.get(name)?.find((tensor) => Buffer.from(expandTensors(tower, [tensor])).equals(bytes)) ??
      sameBytes(tower, bytes);
    if (!found) return undefined;
    tensors.push({ ...found, to: offset });
  }
  return tensors.length > 0 && Buffer.from(expandTensors(tower, tensors)).equals(data) ? tensors : undefined;
}

function externalTensors(graph: Uint8Array) {
  return decodeWeights(graph)
    .initializer.filter(({ externalData }) => externalData.length > 0)
    .map(({ name, externalData }) => {
      const entry = (key: string) => Number(externalData.find((one) => one.key === key)?.value);
      return { name, offset: entry('offset'), length: entry('length') };
    })
    .sort((a, b) => a.offset - b.offset);
}

function sameBytes(tower: Buffer, bytes: Uint8Array): StoredTensor | undefined {
  const at = tower.indexOf(bytes);
  return at < 0 ? undefined : { to: 0, at, bytes: bytes.length };
}

/** By name what int8 tensors are cast and multiplied to, with one scale a row or with one a column. */
function scaledTensors(tower: Buffer): ReadonlyMap<string, StoredTensor[]> {
  const { node, initializer } = decodeWeights(tower);
  const stored = new Map(initializer.map((tensor) => [tensor.name, tensor]));
  const casts = new Map(
    node.filter(({ opType }) => opType === 'Cast').map(({ input, output }) => [output[0], input[0]]),
  );
  const products = new Map<string, StoredTensor[]>();
  for (const { opType, input, output } of node) {
    const values = stored.get(casts.get(input[0]) ?? '');
    const factors = stored.get(input[1] ?? '');
    if (opType !== 'Mul' || values?.dataType !== INT8 || !factors) continue;
    const bytes = values.rawData.length;
    const scales = factors.rawData.length / 4;
    const place = {
      to: 0,
      at: offsetIn(tower, values.rawData),
      bytes,
      scalesAt: offsetIn(tower, factors.rawData),
      scales,
    };
    if (bytes % scales !== 0) continue;
    products.set(output[0] ?? '', [
      { ...place, run: bytes / scales },
      { ...place, run: 1 },
    ]);
  }
  return products;
}

function offsetIn(file: Uint8Array, view: Uint8Array): number {
  return view.byteOffset - file.byteOffset;
}
