import type { JSX } from 'solid-js';
import type { Judgement } from '../../state/log/ratings.ts';
import './ratings.css';

const THUMB =
  'M8 11 11.2 4.4a1.9 1.9 0 0 1 2.3 2.3L12.9 9.5h4.9a1.7 1.7 0 0 1 1.7 2.1l-1.4 6a1.9 1.9 0 0 1-1.9 1.4H8M8 11v8M8 11H4.8v8H8';

/** Two toggle buttons that judge one picture; the pressed one, pressed again, withdraws. */
export function Thumbs(props: {
  /** The picture, as a person would call it. */
  title: string;
  value: Judgement | null;
  /** Say on the buttons what they mean, where there is room. */
  labelled?: boolean;
  /** Whether the tab key stops here; true where absent. */
  tabbable?: boolean;
  onChange: (judgement: Judgement | null) => void;
}): JSX.Element {
  const thumb = (judgement: Judgement, label: string) => (
    <button
      type="button"
      class={props.labelled ? 'button thumb' : 'icon-button thumb'}
      data-judgement={judgement}
      aria-pressed={props.value === judgement}
      aria-label={`${label}: ${props.title}`}
      title={label}
      tabindex={props.tabbable === false ? -1 : undefined}
      onClick={() => props.onChange(props.value === judgement ? null : judgement)}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path d={THUMB} />
      </svg>
      {props.labelled && label}
    </button>
  );
  return (
    <div class="thumbs" data-labelled={props.labelled ? '' : undefined}>
      {thumb('up', 'Good match')}
      {thumb('down', 'Bad match')}
    </div>
  );
}
