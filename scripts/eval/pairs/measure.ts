/** What an adapter would change, on pairs of a picture and words that it is not learned from. */
import { chooseAdapter } from '../../../src/engine/query/adapter/choose-adapter.ts';
import { learnAdapter, type Strength } from '../../../src/engine/query/adapter/learn-adapter.ts';
import { measurePairs, type PairFigures } from '../../../src/engine/query/adapter/measure-pairs.ts';
import { splitByCount, splitFold } from '../../../src/engine/query/adapter/split-pairs.ts';
import type { Adaptable } from '../../adapt/adapt-collection.ts';
import { embedPairs } from '../../adapt/embed-pairs.ts';
import { readPairs } from '../../adapt/read-pairs.ts';
import { figuresTable } from '../../adapt/report.ts';
import { usage } from '../../cli/cli.ts';

export interface PairsFigures {
  readonly learned: number;
  readonly before: PairFigures;
  readonly after: PairFigures;
  readonly strength: Strength;
  /** Whether `pnpm adapt` would write the adapter, by what it was learned from alone. */
  readonly wouldBeWritten: boolean;
}

/** Of every five pictures one is held out. */
const FOLDS = 5;

/**
 * @param perText from how many pictures of each text is learned; undefined: from four of five pictures
 * @throws AfterimageError what `readPairs` and `embedPairs` throw; `usage` where too little is left
 */
export async function evaluatePairs(
  search: Adaptable,
  path: string,
  perText: number | undefined,
): Promise<PairsFigures> {
  const pairs = await embedPairs(await readPairs(path), search);
  const { learn, heldOut } = perText === undefined ? splitFold(pairs, 0, FOLDS) : splitByCount(pairs, perText);
  if (heldOut.length === 0 || learn.length === 0) {
    throw usage(`Of ${pairs.length} pairs, ${learn.length} would be learned from and ${heldOut.length} held out`);
  }
  const { strength, adapter } = chooseAdapter(learn);
  return {
    learned: learn.length,
    before: measurePairs(heldOut),
    after: measurePairs(heldOut, learnAdapter(learn, strength)),
    strength,
    wouldBeWritten: adapter !== undefined,
  };
}

export function pairsTable({ learned, before, after, wouldBeWritten }: PairsFigures): string {
  const verdict = wouldBeWritten
    ? 'pnpm adapt would write it.'
    : 'pnpm adapt would not write it: cross-validation of what it was learned from sees no gain.';
  return `${figuresTable(before, after)}\n\nLearned from ${learned} pairs. ${verdict}`;
}
