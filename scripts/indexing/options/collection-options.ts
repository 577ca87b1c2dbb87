import { isCoded } from '../../../src/indexing/indexes/code-shape.ts';
import type { CollectionRequest } from '../../../src/indexing/request.ts';
import { MAX_EF_CONSTRUCTION, MAX_M } from '../../../src/platform/indexes/hnsw/hnsw-graph.ts';
import { parseEncoding, parseIndexKind, parseNumberBetween, usage } from '../../cli/cli.ts';

/** What a manifest may say. */
const MAX_EF_SEARCH = 100_000;
const MAX_EXAMPLES = 100;
/** UTF-16 units, as manifests count them. */
const MAX_TEXT = 500;
const MAX_DESCRIPTION = 5000;

/** What can be said of every collection, whether of pictures, of given vectors or of other collections. */
export type CollectionOptions = Pick<
  CollectionRequest,
  'title' | 'description' | 'licence' | 'examples' | 'hnsw' | 'index' | 'encoding'
>;

const text = { type: 'string' } as const;

/** For `parseOptions`. */
export const COLLECTION_OPTIONS = {
  ...{ title: text, description: text, licence: text, example: { type: 'string', multiple: true } as const },
  ...{ M: text, efConstruction: text, efSearch: text, index: text, vectors: text },
} as const;

interface Values {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly licence?: string | undefined;
  readonly example?: readonly string[] | undefined;
  readonly M?: string | undefined;
  readonly efConstruction?: string | undefined;
  readonly efSearch?: string | undefined;
  readonly index?: string | undefined;
  readonly vectors?: string | undefined;
}

/**
 * Whatever no collection can be written with is refused here: later it would be after hours of embedding.
 * @throws AfterimageError `usage`.
 */
export function parseCollectionOptions(values: Values): CollectionOptions {
  const { title, description, licence, example } = values;
  const index = parseIndexKind(values.index ?? 'hnsw');
  const encoding = parseEncoding(values.vectors ?? 'int8');
  if (isCoded(index) && encoding !== 'int8') {
    throw usage(`--index ${index} goes with --vectors int8, not with ${encoding}`);
  }
  checkText('title', title, 1, MAX_TEXT);
  checkText('description', description, 0, MAX_DESCRIPTION);
  checkText('licence', licence, 0, MAX_TEXT);
  for (const one of example ?? []) checkText('example', one, 1, MAX_TEXT);
  if ((example?.length ?? 0) > MAX_EXAMPLES) throw usage(`--example can be given at most ${MAX_EXAMPLES} times`);
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(licence !== undefined && { licence }),
    ...(example !== undefined && { examples: example }),
    hnsw: {
      M: parseNumberBetween(values.M ?? '16', '--M', 2, MAX_M),
      efConstruction: parseNumberBetween(values.efConstruction ?? '200', '--efConstruction', 1, MAX_EF_CONSTRUCTION),
      ...(values.efSearch !== undefined && {
        efSearch: parseNumberBetween(values.efSearch, '--efSearch', 1, MAX_EF_SEARCH),
      }),
    },
    ...{ index, encoding },
  };
}

function checkText(option: string, text: string | undefined, min: number, max: number): void {
  if (text === undefined) return;
  if (text.length < min) throw usage(`--${option} is empty`);
  if (text.length > max) throw usage(`--${option} takes at most ${max} characters, not ${text.length}`);
}

/** These options of larger ones: what was not given stays out, so that the collection keeps what it says. */
export function collectionOptions(options: CollectionOptions): CollectionOptions {
  const { title, description, licence, examples, hnsw, index, encoding } = options;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(licence !== undefined && { licence }),
    ...(examples !== undefined && { examples }),
    ...{ hnsw, index, encoding },
  };
}
