/** A model's small files, without the libraries that run it: those take a second to load. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import { isModelId } from '../../engine/formats/check.ts';
import { type ModelManifest, parseModelManifest } from '../../engine/model/model.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { PREPROCESSOR, PROCESSOR, type Preprocessor, parsePreprocessors } from './preprocessor.ts';

/** @throws AfterimageError `model-not-found`, `model-invalid`. */
export async function readModelManifest(modelsFolder: string, modelId: string): Promise<ModelManifest> {
  const isName = isModelId(modelId);
  const text = isName ? await createFolderSource(modelsFolder).readText(`${modelId}/model.json`) : undefined;
  if (text === undefined) {
    throw new AfterimageError(
      'model-not-found',
      isName
        ? `There is no model ${modelId} in ${modelsFolder} (no model.json). Add one: pnpm add-model <folder> --id ${modelId}.`
        : `"${modelId}" cannot name a model. Give the name of a folder in ${modelsFolder}.`,
    );
  }
  return parseModelManifest(text);
}

/** How a model's folder says that pictures are prepared. @throws AfterimageError `model-invalid`. */
export async function readPreprocessor(folder: string): Promise<Preprocessor> {
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => undefined);
  const [processor, preprocessor] = await Promise.all([read(PROCESSOR), read(PREPROCESSOR)]);
  if (processor === undefined && preprocessor === undefined) {
    throw new AfterimageError('model-invalid', `${folder} has no ${PREPROCESSOR} and no ${PROCESSOR}.`);
  }
  return parsePreprocessors({
    ...(processor !== undefined && { processor }),
    ...(preprocessor !== undefined && { preprocessor }),
  });
}
