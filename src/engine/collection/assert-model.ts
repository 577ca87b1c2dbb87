import { AfterimageError } from '../errors.ts';
import type { ModelManifest } from '../model/model.ts';
import type { CollectionManifest } from './types.ts';

type Made = Pick<CollectionManifest, 'name' | 'model' | 'dim'>;

/** Whether the vectors of a collection were made by `model`, so that its query embeddings can be compared with them. */
export function fitsModel({ model: { id, sha256 }, dim }: Made, model: ModelManifest): boolean {
  const sameFile = model.files.some((file) => file.sha256 === sha256) || model.omittedVision?.includes(sha256) === true;
  return id === model.id && dim === model.dim && sameFile;
}

/** @throws AfterimageError `collection-model-mismatch` unless `fitsModel` */
export function assertModel(collection: Made, model: ModelManifest): void {
  if (fitsModel(collection, model)) return;
  const { id } = collection.model;
  const theirs = id === model.id ? `another version of the model ${id}` : `the model ${id}`;
  throw new AfterimageError(
    'collection-model-mismatch',
    `The collection ${collection.name} was made with ${theirs} (dimension ${collection.dim}) and cannot be searched ` +
      `with ${model.id} (dimension ${model.dim}) that is here.`,
  );
}
