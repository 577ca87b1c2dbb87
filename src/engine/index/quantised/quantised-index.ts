import { BLOCK_ROWS } from '../../kernels/kernels.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import { type Bitset, listBits } from '../bitset.ts';
import type { ExactIndex } from '../exact/exact-index.ts';
import { sortRows } from '../sort-rows.ts';
import { createTop } from '../top.ts';
import type { Hit, SearchOptions } from '../vector-index.ts';
import type { Scanned, ScannedRows } from './scanned-rows.ts';

/** Compares the query with every row as it is stored: exact but for what rounding the rows has lost. */
export interface QuantisedIndex extends ExactIndex {
  /** The best `k` of the given rows, which ascend: what another engine found and wants scored. Absent rows are left out. */
  rescore(query: Float32Array, rows: Uint32Array, k: number): Hit[];
  /** What `search` finds, or `undefined` where more than `most` rows pass, found out while they are listed. */
  searchFew(query: Embedding, options: Filtered, most: number): Hit[] | undefined;
}

type Filtered = Pick<SearchOptions, 'k'> & { readonly filter: Bitset };

/**
 * An exact index over `rows`, which it takes over. It answers while they arrive, from those that are there.
 * With a filter only the rows that pass are read.
 */
export function createQuantisedIndex(rows: ScannedRows): QuantisedIndex {
  const find = (query: Float32Array, k: number, choose?: Parameters<ScannedRows['scan']>[1]) =>
    k <= 0 ? [] : bestOf(rows.scan(query, choose), Math.min(k, rows.size));
  return {
    kind: 'exact',
    dim: rows.dim,
    get size() {
      return rows.size;
    },
    search: (query, { k, filter }) => find(query, k, filter && ((list, end) => listBits(filter, list, end))),
    searchFew(query, { k, filter }, most) {
      let passing = 0;
      const hits = find(query, k, (list, end) => {
        passing = listBits(filter, list, end, most);
        return passing > most ? 0 : passing;
      });
      return passing > most ? undefined : hits;
    },
    rescore(query, given, k) {
      const scanned = rows.scan(query, (list, end) => {
        let count = 0;
        for (const row of given) if (row < end) list[count++] = row;
        return count;
      });
      return bestOf(scanned, Math.min(k, given.length));
    },
    rankAll(query) {
      const { count, scores } = rows.scan(query);
      const present = new Uint32Array(rows.size);
      const similarities = new Float32Array(rows.size);
      for (let row = 0, i = 0; row < count; row++) {
        const similarity = scores[row] as number;
        if (Number.isNaN(similarity)) continue;
        present[i] = row;
        similarities[i++] = similarity;
      }
      return sortRows(present, similarities);
    },
    add: (vector) => rows.append(vector),
    remove: (row) => rows.remove(row),
    dispose: () => rows.dispose(),
  };
}

/** Most blocks hold nothing better than what was found before: their scores are not read. */
function bestOf({ count, rows, scores, maxima }: Scanned, k: number): Hit[] {
  const top = createTop(Math.min(k, count));
  for (let block = 0; block < maxima.length; block++) {
    if (!((maxima[block] as number) > top.bar)) continue;
    const end = Math.min(count, (block + 1) * BLOCK_ROWS);
    for (let i = block * BLOCK_ROWS; i < end; i++) top.offer(rows?.[i] ?? i, scores[i] as number);
  }
  return top.hits();
}
