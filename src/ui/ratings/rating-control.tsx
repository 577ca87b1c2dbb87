import { createUniqueId, For, type JSX } from 'solid-js';
import './ratings.css';

const SCALE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** What the ends of the scale mean. */
const ENDS: ReadonlyMap<number, string> = new Map([
  [1, 'nothing fits'],
  [10, 'all fit'],
]);

/** A scale from 1 to 10 of native radio buttons, what its ends mean and what it is for, and a way to withdraw. */
export function RatingControl(props: {
  /** What is rated: the name of the group. */
  label: string;
  /** It is seen elsewhere already. */
  labelHidden?: boolean | undefined;
  value: number | null;
  onChange: (rating: number | null) => void;
}): JSX.Element {
  const name = createUniqueId();
  const use = createUniqueId();
  let group: HTMLFieldSetElement | undefined;

  const withdraw = () => {
    props.onChange(null);
    // The button is disabled now and would lose the keyboard.
    group?.querySelector('input')?.focus();
  };

  return (
    <fieldset ref={group} class="rating" aria-describedby={use}>
      <legend class={props.labelHidden ? 'visually-hidden' : undefined}>{props.label}</legend>
      <div class="rating-choice">
        <div class="rating-scale numbers">
          <For each={SCALE}>
            {(rating) => (
              <label>
                <input
                  type="radio"
                  name={name}
                  value={rating}
                  aria-label={ENDS.has(rating) ? `${rating}, ${ENDS.get(rating)}` : undefined}
                  checked={props.value === rating}
                  onChange={() => props.onChange(rating)}
                />
                <span>{rating}</span>
              </label>
            )}
          </For>
        </div>
        {/* The buttons say it, too. */}
        <p class="rating-ends numbers" aria-hidden="true">
          <For each={[...ENDS]}>{([rating, meaning]) => <span>{`${rating} ${meaning}`}</span>}</For>
        </p>
        <p id={use} class="rating-use">
          Kept in your search log on this device, and in its export.
        </p>
      </div>
      <button type="button" class="rating-clear" disabled={props.value === null} onClick={withdraw}>
        Withdraw
      </button>
    </fieldset>
  );
}
