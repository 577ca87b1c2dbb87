import type { Ranked } from '../../state/search/search.ts';
import { formatCount, formatShare } from './format.ts';

type Looked = NonNullable<Ranked['looked']>;

/** Why a picture stands where it does, after a second look. */
export function lookedText({ from, to, match }: Looked): string {
  const how = `a second look matches it to ${formatShare(match)}`;
  if (from === to) return `stayed at ${formatCount(to + 1)}: ${how}`;
  return `moved ${from > to ? 'up' : 'down'} from ${formatCount(from + 1)}: ${how}`;
}

/** The same on a badge: how many ranks, and which way. */
export function movedBadge({ from, to }: Looked): string | undefined {
  if (from === to) return undefined;
  return from > to ? `↑ ${formatCount(from - to)}` : `↓ ${formatCount(to - from)}`;
}
