import { AfterimageError } from '../../errors.ts';
import type { VectorIndex } from '../vector-index.ts';
import type { ExactIndex } from './exact-index.ts';

/**
 * `index` for searches among all rows, and an exact one, made when it is first needed, for those with a filter. A graph walks
 * over rows that do not pass, the more the fewer do, and misses some that do; the exact index reads only those that pass
 * and misses none. Both number the same rows alike, and what is added or removed is so in both.
 */
export function withExactFilters(index: VectorIndex, create: () => ExactIndex): VectorIndex {
  let made: ExactIndex | undefined;
  const exact = () => (made ??= create());
  return {
    kind: index.kind,
    dim: index.dim,
    get size() {
      return index.size;
    },
    search: (query, options) => (options.filter === undefined ? index : exact()).search(query, options),
    add(vector) {
      const row = index.add(vector);
      const twin = exact().add(vector);
      if (row === twin) return row;
      throw new AfterimageError('internal', `Two indexes of the same rows gave the numbers ${row} and ${twin}.`);
    },
    remove(row) {
      index.remove(row);
      exact().remove(row);
    },
    dispose() {
      index.dispose();
      made?.dispose();
    },
  };
}
