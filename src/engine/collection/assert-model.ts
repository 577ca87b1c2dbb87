import { AfterimageError } from '../errors.ts';
import type { ModelManifest } from '../model.ts';
import type { CollectionManifest } from './types.ts';

/**
 * That the vectors of a collection were made by `model`, so that its query embeddings can be compared with them.
 * @throws AfterimageError `collection-model-mismatch`
 */
export function assertModel(
  collection: Pick<CollectionManifest, 'name' | 'model' | 'dim'>,
  model: ModelManifest,
): void {
  const { id, sha256 } = collection.model;
  const sameFile = model.files.some((file) => file.sha256 === sha256) || model.omittedVision?.includes(sha256);
  if (id === model.id && collection.dim === model.dim && sameFile) return;
  const theirs = id === model.id ? `another version of the model ${id}` : `the model ${id}`;
  throw new AfterimageError(
    'collection-model-mismatch',
    `The collection ${collection.name} was made with ${theirs} (dimension ${collection.dim}) and cannot be searched ` +
      `with ${model.id} (dimension ${model.dim}) that is here. Build it again with \`pnpm build-index --model ${model.id}\`.`,
  );
}
