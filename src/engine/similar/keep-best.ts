import { dateSourceOf, type Item } from '../collection/types.ts';
import { shownTime } from '../timeline/timeline.ts';

/**
 * What makes one of several copies better than some of the others, none of them being better in that: it has more pixels;
 * its file has more bytes; it says when it was taken; it is earlier. `alike`: nothing tells them apart.
 */
export type KeepReason = 'pixels' | 'bytes' | 'taken' | 'earliest' | 'alike';

type Judged = Pick<Item, 'id' | 'width' | 'height' | 'bytes' | 'date' | 'extensions'>;

/** What is compared, in this order; of each the larger number is better. */
const MERITS: readonly (readonly [KeepReason, (item: Judged) => number])[] = [
  ['pixels', ({ width, height }) => width * height],
  ['bytes', ({ bytes }) => bytes],
  ['taken', (item) => (isTaken(item) ? 1 : 0)],
  ['earliest', ({ date }) => (date === null ? Number.NEGATIVE_INFINITY : -shownTime(date))],
];

/** Whether the picture itself says when it was taken: a copy that was sent or edited often does not. */
function isTaken(item: Judged): boolean {
  const source = dateSourceOf(item);
  return item.date !== null && source !== undefined && source !== 'file';
}

/** Below 0 where `a` is the better one to keep. Of what nothing tells apart, the lower id: always the same one. */
export function compareMerits(a: Judged, b: Judged): number {
  for (const [, merit] of MERITS) {
    const [left, right] = [merit(a), merit(b)];
    if (left !== right) return right - left;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * Which of several copies to keep, and why that one: the first reason decided.
 * @param items at least one
 */
export function keepBest(items: readonly Judged[]): {
  readonly index: number;
  readonly reasons: readonly KeepReason[];
} {
  const [index = 0] = [...items.keys()].sort((a, b) => compareMerits(items[a] as Judged, items[b] as Judged) || a - b);
  return { index, reasons: reasonsFor(items[index] as Judged, items) };
}

/** In what the best one is better than some of the others, and none of them better than it; what decided comes first. */
export function reasonsFor(best: Judged, items: readonly Judged[]): readonly KeepReason[] {
  const reasons = MERITS.filter(([, merit]) => {
    const own = merit(best);
    return items.some((item) => merit(item) < own) && items.every((item) => merit(item) <= own);
  });
  return reasons.length > 0 ? reasons.map(([reason]) => reason) : ['alike'];
}
