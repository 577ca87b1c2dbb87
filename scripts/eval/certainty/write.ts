import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Calibration, FEATURES } from '../../../src/engine/model/calibration.ts';
import { parseModelManifest, stringifyModelManifest } from '../../../src/engine/model/model.ts';
import { GENERAL_CALIBRATION } from '../../models/general-calibration.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { fitCalibration } from './fit.ts';
import type { Group } from './pool.ts';

/**
 * Set the model's calibration anew and write it into its `model.json`, and into the file for models that are added one
 * without the features of words, because tokenizers differ.
 * @returns that of the model
 */
export async function writeCalibration(modelId: string, groups: readonly Group[]): Promise<Calibration> {
  const calibration = fitCalibration(groups, FEATURES);
  const file = join(MODELS_FOLDER, modelId, 'model.json');
  const manifest = parseModelManifest(await readFile(file, 'utf8'));
  await writeFile(file, stringifyModelManifest({ ...manifest, calibration }));
  const general = fitCalibration(groups, ['height', 'gap', 'spread', 'level']);
  await writeFile(GENERAL_CALIBRATION, `${JSON.stringify(general)}\n`);
  return calibration;
}
