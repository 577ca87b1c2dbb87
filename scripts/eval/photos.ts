/** A folder of photographs with their names, for the evaluation only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usage } from '../cli/cli.ts';
import type { LabelledPicture } from './embedded.ts';

const LABELS = 'labels.json';

/** A photograph and the name of its file. */
export interface Photograph extends LabelledPicture {
  readonly name: string;
}

/**
 * The pictures that `labels.json` in `folder` names: an object of file name → what the picture shows.
 * @throws AfterimageError `usage`
 */
export async function readPhotos(folder: string): Promise<Photograph[]> {
  const text = await readFile(join(folder, LABELS), 'utf8').catch(() => {
    throw usage(`${folder} has no ${LABELS}, an object of file names and what the pictures show`);
  });
  return Object.entries(parseLabels(text)).map(([name, label]) => ({
    name,
    label,
    open: () => readFile(join(folder, name)),
  }));
}

function parseLabels(text: string): Record<string, string> {
  let labels: unknown;
  try {
    labels = JSON.parse(text);
  } catch {
    throw usage(`${LABELS} is not JSON`);
  }
  if (isLabels(labels)) return labels;
  throw usage(`${LABELS} must be an object of file names and what the pictures show`);
}

function isLabels(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((label) => typeof label === 'string');
}
