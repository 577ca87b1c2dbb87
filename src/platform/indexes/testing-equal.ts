/** Sets of vectors of which many are equal, or nearly so, for tests of what indexes find among them. */
import { dot, type Embedding, normalise } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, seededRandom } from '../../engine/numeric/testing-vectors.ts';

export interface EqualSet {
  readonly name: string;
  readonly vectors: readonly Embedding[];
  readonly queries: readonly Embedding[];
}

/**
 * @param dim of the vectors
 * @param scale how many there are: with 1 the repetitions are those that were met in the wild
 */
export function equalSets(dim: number, scale: number): EqualSet[] {
  const random = seededRandom(3);
  const distinct = clusteredVectors(Math.round(1600 * scale), dim);
  const times = (count: number) => Math.round(count * scale);
  const copies = (of: readonly Embedding[], count: number) => of.flatMap((one) => Array<Embedding>(count).fill(one));
  const nearly = (of: readonly Embedding[], count: number, noise: number) =>
    copies(of, count).map((one) => disturbed(one, noise, random));
  const some = (count: number) => distinct.filter((_, row) => row % Math.floor(distinct.length / count) === 7);
  const words = clusteredVectors(20, dim, 2);
  const [one] = some(1) as [Embedding];
  const set = (name: string, vectors: readonly Embedding[], queries = words): EqualSet => ({ name, vectors, queries });
  return [
    set('five of them a thousand times more, mixed', shuffled([...distinct, ...copies(some(5), times(1000))], random)),
    set('one ten thousand times before all others', [...copies([one], times(10_000)), ...distinct]),
    set('what is asked for three thousand times', shuffled([...distinct, ...copies([one], times(3000))], random), [
      one,
      ...nearly([one], 3, 0.5),
      ...words,
    ]),
    set('sixteen of them two hundred times each', shuffled([...distinct, ...copies(some(16), times(200))], random)),
    set('each of them three times, nearly', shuffled(nearly(distinct, 3, 0.01), random)),
    set(
      'five of them a thousand times more, nearly',
      shuffled([...distinct, ...nearly(some(5), times(1000), 0.01)], random),
    ),
    set('all of them one', copies([one], times(2000)), [one, ...words]),
  ];
}

/** @param noise the length of what is added */
export function disturbed(vector: Embedding, noise: number, random: () => number): Embedding {
  const direction = normalise(vector.map(() => random() + random() + random() - 1.5));
  return normalise(vector.map((value, i) => value + noise * (direction[i] as number)));
}

function shuffled<T>(list: T[], random: () => number): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}

/**
 * Share of the ten nearest that are found, mean over the queries; one that is as near as the tenth to 0.001 counts.
 * @param find the rows that an index finds, best first
 * @param passes which rows may be found
 */
export function tolerantRecall(
  { vectors, queries }: Pick<EqualSet, 'vectors' | 'queries'>,
  find: (query: Embedding) => readonly number[],
  passes: (row: number) => boolean = () => true,
): number {
  const there = vectors.filter((_, row) => passes(row));
  const shares = queries.map((query) => {
    const best = there
      .map((vector) => dot(vector, query))
      .sort((a, b) => b - a)
      .slice(0, 10);
    const line = (best.at(-1) ?? 0) - 0.001;
    const found = find(query).slice(0, best.length);
    return found.filter((row) => dot(vectors[row] as Embedding, query) >= line).length / best.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
