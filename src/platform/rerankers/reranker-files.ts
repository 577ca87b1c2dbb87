import { AfterimageError } from '../../engine/errors.ts';
import type { Device, Dtype, ModelFile } from '../../engine/model/model.ts';
import type { RerankerManifest } from '../../engine/model/reranker.ts';
import { needed } from '../encoders/tokenizer.ts';
import { graphPath } from '../models/model-files.ts';
import { PREPROCESSOR, type Preprocessor, parsePreprocessor } from '../models/preprocessor.ts';

/** Path of the one graph that sees text and picture. */
export function matchingPath(dtype: Dtype): string {
  return graphPath('model', dtype);
}

/** Beside the graphs. */
export const RERANKER_PARTS = ['tokenizer.json', 'tokenizer_config.json', PREPROCESSOR] as const;

/**
 * The files that a device reads. @throws AfterimageError `model-invalid` where one of them is not named
 */
export function rerankerFiles({ id, files, dtypes }: RerankerManifest, device: Device): readonly ModelFile[] {
  return [matchingPath(dtypes[device]), ...RERANKER_PARTS].map((path) => {
    const file = files.find((one) => one.path === path);
    if (file) return file;
    throw new AfterimageError('model-invalid', `${path} is not among the files of the reranker ${id}.`);
  });
}

/** How pictures are prepared, of the files that were read. @throws AfterimageError `model-invalid` */
export function preprocessorOf(files: ReadonlyMap<string, Uint8Array>): Preprocessor {
  return parsePreprocessor(new TextDecoder().decode(needed(files, PREPROCESSOR)));
}
