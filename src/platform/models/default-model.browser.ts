import { fitsModel } from '../../engine/collection/assert-model.ts';
import { type CollectionManifest, LIBRARY } from '../../engine/collection/types.ts';
import { DEFAULT_MODEL } from '../../engine/model/model.ts';
import { createHttpSource } from '../bytes/http-source.browser.ts';
import { readNewestManifest } from './model-source.browser.ts';

/** Whether vectors were made by the model that the site at `baseUrl` takes where nothing else is said. */
export async function isDefaultModel(
  baseUrl: string,
  made: Pick<CollectionManifest, 'model' | 'dim'>,
): Promise<boolean> {
  if (made.model.id !== DEFAULT_MODEL) return false;
  return fitsModel({ name: LIBRARY, ...made }, await readNewestManifest(createHttpSource(baseUrl), DEFAULT_MODEL));
}
