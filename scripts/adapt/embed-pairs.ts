import { AfterimageError } from '../../src/engine/errors.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { LEAST_PICTURES, LEAST_TEXTS } from '../../src/engine/query/adapter/choose-adapter.ts';
import type { Pair } from '../../src/engine/query/adapter/learn-adapter.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { usage } from '../cli/cli.ts';
import type { WrittenPair } from './read-pairs.ts';

const MOST_NAMED = 5;

/**
 * The pairs with the embeddings of their words by the model alone, and of their pictures as the collection has them.
 * @throws AfterimageError `usage` for too few, `item-not-found` for pictures that the collection has not, and what reading and
 *   encoding throw
 */
export async function embedPairs(
  written: readonly WrittenPair[],
  { items, source, encoder, manifest }: Pick<NodeSearch, 'items' | 'source' | 'encoder' | 'manifest'>,
): Promise<Pair[]> {
  const places = await placesOf({ items, manifest });
  const unknown = written.filter(({ picture }) => !places.has(picture)).map(({ picture }) => picture);
  if (unknown.length > 0) {
    const named = unknown.slice(0, MOST_NAMED).join(', ');
    const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : '';
    throw new AfterimageError(
      'item-not-found',
      `The collection ${manifest.name} has no picture ${named}${more}. Name pictures as the collection does, or by their id; both are in the --json of pnpm query.`,
    );
  }
  const rows = written.map(({ picture }) => places.get(picture) as Place); // all are known
  const pictures = await source.vectorsOf(rows.map(({ row }) => row));
  const texts = new Map<string, Embedding>();
  for (const { words } of written) if (!texts.has(words)) texts.set(words, await encoder.encode(words));
  const pairs = new Map<string, Pair>();
  for (const [i, { words }] of written.entries()) {
    const { id } = rows[i] as Place;
    const text = texts.get(words) as Embedding;
    pairs.set(`${id} ${words}`, { id, words, text, picture: pictures[i] as Float32Array });
  }
  refuseFew(new Set(rows.map(({ id }) => id)).size, texts.size);
  return [...pairs.values()];
}

interface Place {
  readonly row: number;
  readonly id: string;
}

/** Rows by name and by id. */
async function placesOf({ items, manifest }: Pick<NodeSearch, 'items' | 'manifest'>): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for (let row = 0; row < manifest.count; row++) {
    const { id, name } = await items.get(row);
    for (const key of [name, id]) if (!places.has(key)) places.set(key, { row, id });
  }
  return places;
}

function refuseFew(pictures: number, texts: number): void {
  if (pictures >= LEAST_PICTURES && texts >= LEAST_TEXTS) return;
  throw usage(
    `There are too few pairs to learn from: ${pictures} pictures and ${texts} texts, and ${LEAST_PICTURES} and ${LEAST_TEXTS} are needed`,
  );
}
