import { abortable } from '../async/abortable.ts';
import type { AnsweringKind } from '../collection/types.ts';
import type { Bitset } from '../index/bitset.ts';
import type { VectorIndex } from '../index/vector-index.ts';
import { checkDim } from '../numeric/dimension.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { filterRanking, type Ranking, sliceRanking, toRanking } from './ranking.ts';

export interface RetrieveOptions {
  /** How many rows to rank at most; fewer where fewer pass. */
  readonly k: number;
  /** Only rows whose bit is set. Absent: all rows. */
  readonly filter?: Bitset | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far a ranking can be relied on. */
export interface Estimates {
  /** Some of the similarities are estimates, because vectors are not there (yet). */
  readonly approximate: boolean;
  /** Something was wanted for it that the network did not give: it is a part of what there is, or its order may change. */
  readonly unreachable?: true;
}

export interface Retrieved extends Ranking, Estimates {}

/**
 * Finds the rows of a collection that are most similar to a query, wherever their vectors lie: in memory, in files that are
 * read block by block, on another machine, in several places.
 */
export interface Retriever {
  readonly kind: AnsweringKind;
  readonly dim: number;
  /** Rows that can be found. */
  readonly size: number;
  /** Ranks that cost little more together than the first of them: further ranks are asked for so many at a time. */
  readonly pageSize: number;
  /**
   * The best `k` rows that pass the filter: each once, in descending score, ties by ascending row.
   * @throws AfterimageError `dimension-mismatch` for a query of another length than `dim`; the signal's reason, after which
   *   nothing more comes; and what reading vectors throws
   */
  retrieve(query: Embedding, options: RetrieveOptions): Promise<Retrieved>;
  /** Give memory back. The retriever must not be used afterwards. */
  dispose(): void;
}

/** An index ranks this many: what a person looks at. Deeper, an exact scan costs less than an ever wider beam. */
export const RANKED_BY_INDEX = 200;

export interface IndexRetrieverOptions {
  readonly index: VectorIndex;
  /** Every row of the same, by comparing all of them. Asked for ranks beyond `RANKED_BY_INDEX`. */
  readonly rankAll: (query: Embedding) => Ranking & { readonly approximate?: true };
  /**
   * Awaited before the index is searched: reads what it has not got yet. Resolves with false where the network does not
   * give all of it.
   */
  readonly prepare?: ((query: Embedding) => Promise<boolean>) | undefined;
}

/** Retrieves from an index that is in memory, or of which `prepare` brings what a query needs. */
export function createIndexRetriever({ index, rankAll, prepare }: IndexRetrieverOptions): Retriever {
  async function search(query: Embedding, { k, filter, signal }: RetrieveOptions): Promise<Retrieved> {
    const reached = prepare && (await abortable(prepare(query), signal));
    const hits = index.search(query, filter ? { k, filter } : { k });
    const approximate = hits.some((hit) => hit.approximate);
    return { ...toRanking(hits), approximate, ...(reached === false && { unreachable: true }) };
  }

  function scan(query: Embedding, { k, filter }: RetrieveOptions): Retrieved {
    const { approximate = false, ...all } = rankAll(query);
    const passing = filter ? filterRanking(all, filter) : all;
    return { ...(k < passing.rows.length ? sliceRanking(passing, 0, k) : passing), approximate };
  }

  return {
    kind: index.kind,
    dim: index.dim,
    get size() {
      return index.size;
    },
    get pageSize() {
      return Math.max(index.size, RANKED_BY_INDEX + 1); // always by comparing all rows, or some could be missing
    },
    async retrieve(query, options) {
      options.signal?.throwIfAborted();
      checkDim(query.length, index.dim);
      return options.k > RANKED_BY_INDEX ? scan(query, options) : search(query, options);
    },
    dispose: () => index.dispose(),
  };
}
