/** A reranker in Node, on onnxruntime-node itself: transformers.js has no class for it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { AfterimageError } from '../../engine/errors.ts';
import { isModelId } from '../../engine/formats/check.ts';
import type { Dtype } from '../../engine/model/model.ts';
import { parseRerankerManifest, RERANKER, type RerankerManifest } from '../../engine/model/reranker.ts';
import type { Pixels } from '../../engine/ports.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { readTokenizer } from '../encoders/tokenizer.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { resampleSquare } from '../pictures/square/resample.ts';
import { squareIn } from '../pictures/square/square.ts';
import { createReranker, type LoadedReranker, type MatchSession } from './blip-itm.ts';
import { matchingPath, preprocessorOf, RERANKER_PARTS, rerankerFiles } from './reranker-files.ts';

/** @throws AfterimageError `model-not-found`, `model-invalid` */
export async function readRerankerManifest(modelsFolder: string, id: string): Promise<RerankerManifest> {
  const path = join(modelsFolder, id, RERANKER);
  const text = isModelId(id) ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
  if (text !== undefined) return parseRerankerManifest(text);
  throw new AfterimageError('model-not-found', `There is no reranker ${id} in ${modelsFolder} (no ${RERANKER}).`);
}

/** An added reranker, its files verified. @throws AfterimageError `model-not-found`, `model-invalid`, `part-corrupt` */
export async function loadNodeReranker(modelsFolder: string, id: string): Promise<LoadedReranker> {
  const manifest = await readRerankerManifest(modelsFolder, id);
  const source = createFolderSource(modelsFolder);
  const files = new Map<string, Uint8Array>();
  for (const file of rerankerFiles(manifest, 'cpu')) {
    files.set(file.path, await source.read(`${id}/${file.path}`, file));
  }
  return rerankerOf(manifest, manifest.dtypes.cpu, files);
}

/** One that is about to be added: of a folder, in one precision. @throws AfterimageError `model-invalid` */
export async function tryReranker(
  folder: string,
  manifest: Pick<RerankerManifest, 'id' | 'imageSize' | 'text'>,
  dtype: Dtype,
): Promise<LoadedReranker> {
  const files = new Map<string, Uint8Array>();
  for (const path of [matchingPath(dtype), ...RERANKER_PARTS]) {
    files.set(path, new Uint8Array(await readFile(join(folder, path))));
  }
  return rerankerOf(manifest, dtype, files);
}

async function rerankerOf(
  manifest: Pick<RerankerManifest, 'id' | 'imageSize' | 'text'>,
  dtype: Dtype,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<LoadedReranker> {
  const graph = files.get(matchingPath(dtype)) ?? new Uint8Array();
  const session = await openSession(graph);
  return createReranker({ manifest, tokenizer: readTokenizer(files), preprocessor: preprocessorOf(files), session });
}

const INPUTS = ['attention_mask', 'input_ids', 'pixel_values'];

async function openSession(graph: Uint8Array): Promise<MatchSession> {
  const session = await InferenceSession.create(graph, { logSeverityLevel: 3 }).catch((error: unknown) => {
    throw invalid(`onnxruntime does not take its graph (${error})`);
  });
  if ([...session.inputNames].sort().join() !== INPUTS.join()) {
    throw invalid(`its graph takes ${session.inputNames.join(', ')} in place of ${INPUTS.join(', ')}`);
  }
  const [output] = session.outputNames;
  if (session.outputNames.length !== 1 || output === undefined) {
    throw invalid(`its graph gives ${session.outputNames.join(', ')} in place of one output`);
  }
  return {
    async run({ count, pixels, size, ids, mask, length }) {
      const result = await session.run({
        pixel_values: new Tensor('float32', pixels, [count, 3, size, size]),
        input_ids: new Tensor('int64', ids, [count, length]),
        attention_mask: new Tensor('int64', mask, [count, length]),
      });
      return result[output]?.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

function invalid(why: string): AfterimageError {
  return new AfterimageError('model-invalid', `The reranker cannot be used: ${why}.`);
}

/** What a reranker takes of a picture file; undefined where it cannot be read. */
export async function pixelsOf(bytes: Uint8Array, preprocessor: Preprocessor): Promise<Pixels | undefined> {
  try {
    const image = sharp(bytes).rotate().flatten({ background: '#ffffff' }).toColourspace('srgb').removeAlpha();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const square = squareIn(info, preprocessor);
    const raw = { data: new Uint8Array(data), width: info.width, height: info.height };
    return { size: preprocessor.imageSize, rgb: resampleSquare(raw, square, preprocessor.resample) };
  } catch {
    return undefined;
  }
}
