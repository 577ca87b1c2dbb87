import { type JSX, Show } from 'solid-js';
import type { Ratings } from '../../state/log/ratings.ts';
import { RatingControl } from './rating-control.tsx';

/** The rating of one search, with what keeps it from being saved. */
export function SearchRating(props: {
  label: string;
  ratings: Ratings;
  /** Fold the scale away until it is wanted: it would leave no room for what is rated. */
  folded?: boolean;
  /** Before the search is rated. */
  onRate?: () => void;
}): JSX.Element {
  const rate = (rating: number | null) => {
    props.onRate?.();
    void props.ratings.rate(rating);
  };
  const rating = () => props.ratings.rating();
  const scale = () => <RatingControl label={props.label} labelHidden={props.folded} value={rating()} onChange={rate} />;
  return (
    <div class="search-rating" aria-busy={props.ratings.saving()}>
      <Show when={props.folded} fallback={scale()}>
        <details class="rating-fold">
          <summary class="numbers">{rating() === null ? props.label : `Rated ${rating()} of 10`}</summary>
          {scale()}
        </details>
      </Show>
      <RatingError ratings={props.ratings} />
    </div>
  );
}

/** Why the last rating or thumb was not saved. The line is always there, so that a screen reader notices its text. */
export function RatingError(props: { ratings: Ratings }): JSX.Element {
  return (
    <p class="rating-error" role="status">
      <Show when={props.ratings.error()}>{(error) => <>Not saved: {error()}</>}</Show>
    </p>
  );
}
