import type { SearchResponse } from '../../protocol/query-worker.ts';

/** What can be said of the pictures below a line: they are good matches, or of how many one is sure; or the rest. */
export type Certainty = 'good' | 'sure' | 'fair' | 'rest';

/** Says how sure the pictures from a cell on are. */
export interface Line {
  readonly kind: 'line';
  readonly cell: number;
  readonly certainty: Certainty;
}

/** The line between good matches and the rest, and above these what they are, so that no picture moves when there are others. */
export function linesOf(answer: Pick<SearchResponse, 'good' | 'sure' | 'total'> | undefined): Line[] {
  if (!answer || answer.good === null || answer.good >= answer.total) return [];
  const { good, sure } = answer;
  const bands = [
    { certainty: 'good' as const, cell: 0, end: sure === undefined ? good : 0 },
    { certainty: 'sure' as const, cell: 0, end: sure ?? 0 },
    { certainty: 'fair' as const, cell: sure ?? good, end: good },
    { certainty: 'rest' as const, cell: good, end: answer.total },
  ];
  return bands.flatMap(({ certainty, cell, end }) => (cell < end ? [{ kind: 'line', cell, certainty }] : []));
}
