import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Calibration } from '../../src/engine/model/calibration.ts';

/** The calibration that models get when they are added: that of the embedded model without what its tokenizer knows. */
export const GENERAL_CALIBRATION = fileURLToPath(new URL('./general-calibration.json', import.meta.url));

/**
 * As `pnpm eval --calibrate` wrote it. All of its features are counted in the added model's own similarities that mean nothing,
 * so that it holds for models whose cosines lie elsewhere; checked when `model.json` is written.
 */
export async function readGeneralCalibration(): Promise<Calibration> {
  return JSON.parse(await readFile(GENERAL_CALIBRATION, 'utf8')) as Calibration;
}
