import { createUniqueId, For, type JSX } from 'solid-js';
import './ratings.css';

const SCALE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** A scale from 1 to 10 of native radio buttons, and a way to withdraw. */
export function RatingControl(props: {
  /** What is rated: the name of the group. */
  label: string;
  value: number | null;
  onChange: (rating: number | null) => void;
}): JSX.Element {
  const name = createUniqueId();
  let group: HTMLFieldSetElement | undefined;

  const withdraw = () => {
    props.onChange(null);
    // The button is disabled now and would lose the keyboard.
    group?.querySelector('input')?.focus();
  };

  return (
    <fieldset ref={group} class="rating">
      <legend>{props.label}</legend>
      <div class="rating-scale numbers">
        <For each={SCALE}>
          {(rating) => (
            <label>
              <input
                type="radio"
                name={name}
                value={rating}
                checked={props.value === rating}
                onChange={() => props.onChange(rating)}
              />
              <span>{rating}</span>
            </label>
          )}
        </For>
      </div>
      <button type="button" class="rating-clear" disabled={props.value === null} onClick={withdraw}>
        Withdraw
      </button>
    </fieldset>
  );
}
