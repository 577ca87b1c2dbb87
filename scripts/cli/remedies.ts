import type { ErrorCode } from '../../src/engine/errors.ts';

const BUILD_AGAIN =
  'Build the collection again with `pnpm build-index`; a file of a model comes back with `pnpm models pull` or `pnpm add-model`.';

/**
 * What a command-line user can do, by code, for errors whose message only says what happened, because visitors of the
 * page read it too: their remedies are in `src/ui/common/remedies.ts`. Messages of other codes say it by themselves.
 */
const REMEDIES: { readonly [Code in ErrorCode]?: string } = {
  'collection-not-found': 'Build it with `pnpm build-index`; the demo, with `pnpm build-demo`.',
  'collection-version': 'Update Afterimage to read a newer one; build an older one again with `pnpm build-index`.',
  'collection-invalid':
    'Build the collection again with `pnpm build-index`; delete a damaged list of collections first.',
  'collection-model-mismatch':
    'Build it again: the same `pnpm build-index` command with `--model` and the model to use; the demo, with `pnpm build-demo`.',
  'dimension-mismatch':
    'Name with `--model` the model that made the vectors; a collection that is older than its model, build again with `pnpm build-index`.',
  'collection-too-large': 'Close other programs, or take fewer pictures at a time.',
  'index-too-large': 'Take `--index codes` or `exact`, a smaller `--M`, or fewer pictures.',
  'part-missing': BUILD_AGAIN,
  'part-corrupt': BUILD_AGAIN,
  'index-corrupt': 'Build the collection again with `pnpm build-index`.',
  'host-limit':
    'Build large collections again with `--pictures preview` or `none`, take collections out of public/collections/, or take another host: `--host`.',
  'remote-away': 'Start the server, or give its address with `--to`, then run the same command again.',
  'remote-full': 'Make room there, then run the same command again: what is there stays.',
  'model-invalid': 'What a model has to hold, and how it is added again, is in docs/models.md.',
};

/** @returns `message`, and what to do where it does not say so itself. */
export function withRemedy(code: ErrorCode, message: string): string {
  const remedy = REMEDIES[code];
  return remedy === undefined ? message : `${message} ${remedy}`;
}
