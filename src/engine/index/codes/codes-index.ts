import { finish } from '../../async/steps.ts';
import { AfterimageError } from '../../errors.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { clearBit, countBits, createBitset } from '../bitset.ts';
import { dotRow } from '../exact/exact-index.ts';
import type { Int8Rows } from '../quantised/int8-rows.ts';
import { createQuantisedIndex } from '../quantised/quantised-index.ts';
import { createTop } from '../top.ts';
import type { Hit, VectorIndex } from '../vector-index.ts';
import { type Code, middleOf } from './code.ts';
import type { CodeRows } from './code-rows.ts';
import { createEncoder, type EncodeRows } from './encode.ts';

export interface CodesIndexOptions {
  readonly code: Code;
  /** The codes of all rows, which may still be arriving; taken over. */
  readonly codes: CodeRows;
  /** The vectors by which candidates are compared, of which any may be missing; taken over. */
  readonly vectors: Int8Rows;
  /** Rows whose vectors are looked at; the more, the fewer are missed. As many as the codes need where it is absent. */
  readonly candidates?: number;
}

/** Rows that the codes hold for the best, ascending, with what their similarity is likely to be. */
export interface Candidates {
  readonly rows: Uint32Array;
  readonly estimates: Float32Array;
}

/** Finds candidates by their codes, and compares these by their int8 vectors. */
export interface CodesIndex extends VectorIndex {
  readonly kind: 'codes';
  /** The best `n` rows by their codes, so that their vectors can be fetched before `rank` is asked. */
  candidates(query: Embedding, n: number, filter?: Uint32Array): Candidates;
  /** Which of the candidates have no vector yet, the likely best first. */
  missing(candidates: Candidates): Uint32Array;
  /** The best `k` candidates: by their vectors, or by the estimate, marked as one, where there is no vector yet. */
  rank(query: Embedding, candidates: Candidates, k: number): Hit[];
}

/** Of codes of 4 bits: more than enough for a million rows, and a small part of the time; CODES.md in scripts/bench/synthetic. */
const CANDIDATES = 1000;
/** Of codes of single bits, times the root of the rows that are searched: 30,000 of a million. */
const BIT_CANDIDATES = 30;
/** Candidates for each hit that is asked for, at least. */
const CANDIDATES_PER_HIT = 5;
/** Where so few rows a candidate pass a filter, all of them are compared exactly, which takes no longer. */
const FEW_PER_CANDIDATE = 8;
/** The most rows of which that is true with codes of single bits: 57,600 = 8 · 30 · √57,600. */
const FEW_ROWS = (FEW_PER_CANDIDATE * BIT_CANDIDATES) ** 2;

export function createCodesIndex(options: CodesIndexOptions): CodesIndex {
  const { code, codes, vectors } = options;
  const { dim, width } = code;
  const exact = createQuantisedIndex(vectors);
  const removed = new Set<number>();
  let encode: EncodeRows | undefined;

  function candidates(query: Embedding, n: number, filter?: Uint32Array): Candidates {
    if (query.length !== dim) throw mismatch(query.length, dim);
    const weights = project(query, code);
    // A few that are removed are taken out afterwards, which is the fastest; many could be all that is found.
    const few = removed.size <= n;
    const { rows, sums } = few
      ? codes.nearest(weights, n + removed.size, filter)
      : codes.nearest(weights, n, withoutRemoved(filter));
    const base = dot(query, code.centre) - middleOf(code.bits) * weights.reduce((sum, weight) => sum + weight, 0);
    const estimates = sums.map((sum) => base + sum);
    if (removed.size === 0) return { rows, estimates };
    const kept = Array.from(rows.keys()).filter((i) => !removed.has(rows[i] as number));
    return {
      rows: Uint32Array.from(kept, (i) => rows[i] as number),
      estimates: Float32Array.from(kept, (i) => estimates[i] as number),
    };
  }

  /** The rows that pass and are there. */
  function withoutRemoved(filter: Uint32Array | undefined): Uint32Array {
    const passing = filter?.slice() ?? createBitset(codes.count).fill(2 ** 32 - 1);
    for (const row of removed) clearBit(passing, row);
    return passing;
  }

  /** How many candidates the best `k` of so many rows are looked for among. */
  function candidateCount(k: number, rows: number): number {
    return Math.max(options.candidates ?? candidatesOf(code, rows), CANDIDATES_PER_HIT * k);
  }

  const allThere = () => vectors.size === codes.count - removed.size;

  function rank(query: Embedding, { rows, estimates }: Candidates, k: number): Hit[] {
    const hits = exact.rescore(query, rows, k);
    if (allThere()) return hits;
    const estimated = createTop(k);
    rows.forEach((row, i) => {
      if (!vectors.has(row)) estimated.offer(row, estimates[i] as number);
    });
    for (const hit of estimated.hits()) hits.push({ ...hit, approximate: true });
    return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, k);
  }

  return {
    kind: 'codes',
    dim,
    get size() {
      return codes.count - removed.size;
    },
    candidates,
    rank,
    missing({ rows, estimates }) {
      const absent = Array.from(rows, (row, i) => ({ row, estimate: estimates[i] as number }));
      const wanted = absent.filter(({ row }) => !vectors.has(row)).sort((a, b) => b.estimate - a.estimate);
      return Uint32Array.from(wanted, ({ row }) => row);
    },
    search(query, { k, filter }) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      if (filter && allThere()) {
        const hits = exact.searchFew(query, { k, filter }, FEW_PER_CANDIDATE * candidateCount(k, FEW_ROWS));
        if (hits) return hits;
      }
      const rows = filter ? countBits(filter) : codes.count;
      return rank(query, candidates(query, candidateCount(k, rows), filter), k);
    },
    add(vector) {
      if (vector.length !== dim) throw mismatch(vector.length, dim);
      encode ??= finish(createEncoder(code));
      codes.append(encode(vector));
      return vectors.append(vector);
    },
    remove(row) {
      if (!(Number.isInteger(row) && row >= 0 && row < codes.count)) return;
      removed.add(row);
      vectors.remove(row);
    },
    dispose() {
      codes.dispose();
      exact.dispose();
    },
  };

  /** B q. */
  function project(query: Embedding, { weights }: Code): Float32Array {
    return Float32Array.from({ length: width }, (_, j) => dotRow(weights, j * dim, query));
  }
}

function candidatesOf({ bits }: Code, rows: number): number {
  return bits === 1 ? Math.max(CANDIDATES, Math.ceil(BIT_CANDIDATES * Math.sqrt(rows))) : CANDIDATES;
}

function mismatch(actual: number, dim: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `A vector of dimension ${actual} met an index of dimension ${dim}: they come from different models.`,
  );
}
