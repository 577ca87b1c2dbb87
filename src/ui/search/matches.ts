import { queryText } from '../../engine/query/query.ts';
import type { SearchResponse, Together } from '../../protocol/query-worker.ts';
import type { Certainty } from '../../state/collection/lines.ts';
import { formatCount, formatPictures } from '../common/format.ts';

type Answer = Pick<SearchResponse, 'query' | 'good' | 'sure' | 'unjudged' | 'total' | 'listed'> & {
  readonly rows: { readonly length: number };
};

/** Where all pictures are good matches, or nobody can tell which are, there is no line. */
export function hasLine(answer: Answer): answer is Answer & { readonly good: number } {
  return answer.good !== null && answer.good < answer.total;
}

/** Why nothing is said of what matches. */
const UNJUDGED = {
  few: 'too few to tell what matches',
  alike: 'too alike to tell what matches',
} as const;

/** Nothing is like the query, as far as the model knows it. */
export function isNothing(answer: Answer): boolean {
  return answer.good === 0 && hasLine(answer);
}

/** The line was looked for among the ranks of the index only, and they are all good: there may be more. */
function isOpenEnded(answer: Answer): boolean {
  return answer.good === answer.rows.length && hasLine(answer);
}

/** What was found, in a few words. */
export function headline(answer: Answer): string {
  const { unjudged, total } = answer;
  const text = queryText(answer.query);
  if (total === 0 && answer.query.filters.length === 0) {
    // What it is like is not among its own results.
    const isLikeOne = answer.query.terms.some(({ kind }) => kind === 'item');
    return isLikeOne ? 'There are no other pictures here' : 'There are no pictures here yet';
  }
  if (total === 0) return `No picture here passes the filters of “${text}”`;
  if (answer.listed) return `${formatPictures(total)} with “${text}”`;
  if (!hasLine(answer)) {
    return `${formatPictures(total)}, the nearest to “${text}” first${unjudged ? `: ${UNJUDGED[unjudged]}` : ''}`;
  }
  // The same however sure they are: it changes with each letter that is typed. The lines in the grid say that.
  return `Results for “${text}”`;
}

/**
 * Which collections were not searched, of those that are searched together, and why; undefined where all were.
 * @param loaded ids of the models that could have answered
 */
export function notAsked(
  { models }: Pick<SearchResponse, 'models'>,
  together: Together | undefined,
  loaded: readonly string[],
): string | undefined {
  if (!models || !together) return undefined;
  const left = together.collections.filter(({ made }) => loaded.includes(made.id) && !models.includes(made.id));
  if (left.length === 0) return undefined;
  const names = left.map(({ title }) => `\u2068${title}\u2069`); // the direction of a title ends where it ends
  const whose = left.length === 1 ? 'whose model does' : 'whose models do';
  return `Not searched: ${names.join(', ')}, ${whose} not know the picture that this is like.`;
}

/** How many results are how sure, for a screen reader. */
export function certaintyText(answer: Answer): string | undefined {
  if (!hasLine(answer)) return undefined;
  const { good, sure } = answer;
  if (good === 0) return 'Not sure of any: the closest come first';
  const more = isOpenEnded(answer) ? ' or more' : '';
  if (sure === undefined) return `${formatCount(good)}${more} good ${good === 1 ? 'match' : 'matches'}`;
  const rest = sure < good ? `less sure of ${formatCount(good - sure)}${more}` : '';
  const first = sure > 0 ? `sure of ${formatCount(sure)}${rest ? '' : more}` : '';
  const both = [first, rest].filter(Boolean).join(', ');
  return `${both.charAt(0).toUpperCase()}${both.slice(1)}`;
}

/** What the line in the grid says of the pictures below it. */
export function dividerText(answer: Answer, certainty: Certainty): string {
  if (certainty === 'good') return 'Good matches';
  if (certainty === 'sure') return 'Sure';
  if (certainty === 'fair') return 'Less sure';
  if (isOpenEnded(answer)) return 'From here on: not looked at one by one';
  return isNothing(answer) ? 'Not sure: the closest I have' : 'Not sure';
}

/** What is said of the picture at `rank`. */
export function matchText(answer: Answer, rank: number): string {
  const text = queryText(answer.query);
  if (!hasLine(answer)) return `For “${text}”`;
  const { good, sure } = answer;
  if (rank >= good)
    return isOpenEnded(answer) ? `A match for “${text}”` : `Among the closest for “${text}”, not a sure match`;
  if (sure === undefined) return `A good match for “${text}”`;
  return rank < sure ? `A sure match for “${text}”` : `A less sure match for “${text}”`;
}
