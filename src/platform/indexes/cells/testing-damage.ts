/** What a search of cells comes to where its host or its files are not what they should be. */
import { expect } from 'vitest';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../../engine/numeric/testing-vectors.ts';
import type { Retrieved } from '../../../engine/search/retriever.ts';
import type { LoadedIndex } from '../compose-search.ts';
import { createTestCollection, DIM, openTestCollection, type TestCollection } from '../testing-collections.ts';

export const TRIALS = 60;
export const queries = clusteredVectors(12, DIM, 2);

export interface Undamaged {
  readonly collection: TestCollection;
  /** The answers to `queries`. */
  readonly right: readonly Retrieved[];
  /** Files that a search reads. */
  readonly searched: readonly string[];
}

export async function createUndamaged(): Promise<Undamaged> {
  const collection = await createTestCollection('cells', 'int8');
  const searched = [...collection.files.keys()].filter((path) => /(?:cells|members|vectors)-/.test(path));
  const { retriever } = await openTestCollection(collection, 'cells');
  const right = await Promise.all(queries.map((query) => retriever.retrieve(query, { k: 10 })));
  return { collection, right, searched };
}

/**
 * Ask a query of `queries` by its place.
 * @returns `right`, `part` for an answer that says that it is one, or the code of the error; any other answer fails the test
 */
export async function outcomeOf(
  open: () => Promise<LoadedIndex>,
  place: number,
  { right }: Pick<Undamaged, 'right'>,
): Promise<'right' | 'part' | string> {
  try {
    const { retriever } = await open();
    const answer = await retriever.retrieve(queries[place] as Embedding, { k: 10 });
    if (answer.unreachable) {
      expect(answer.approximate).toBe(true);
      return 'part';
    }
    expect(answer).toEqual(right[place]);
    return 'right';
  } catch (error) {
    if (!(error instanceof AfterimageError)) throw error;
    return toAfterimageError(error).code;
  }
}
