import type { Ranked } from '../../state/search/search.ts';
import { formatCount, formatShare } from './format.ts';

type Looked = NonNullable<Ranked['looked']>;

/** Why a picture stands where it does, after a second look. @param rank as it is now, from 0 */
export function lookedText({ from, match }: Looked, rank: number): string {
  const how = `a second look matches it to ${formatShare(match)}`;
  if (from === rank) return `stayed at ${formatCount(rank + 1)}: ${how}`;
  return `moved ${from > rank ? 'up' : 'down'} from ${formatCount(from + 1)}: ${how}`;
}

/** The same on a badge: how many ranks, and which way. */
export function movedBadge({ from }: Looked, rank: number): string | undefined {
  if (from === rank) return undefined;
  return from > rank ? `↑ ${formatCount(from - rank)}` : `↓ ${formatCount(rank - from)}`;
}
