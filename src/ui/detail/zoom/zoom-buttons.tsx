import { type JSX, Show } from 'solid-js';
import { PathIcon } from '../../common/icons.tsx';
import { ICONS } from '../detail-icons.ts';
import type { Zoom } from './zoom.ts';

/** For whoever has no wheel and cannot pinch. */
export function ZoomButtons(props: {
  zoom: Zoom;
  /** How wide the picture itself is, in pixels; 0: nobody knows. */
  width: number;
}): JSX.Element {
  const size = () => {
    const shown = props.zoom.fittedWidth() * props.zoom.view().scale * devicePixelRatio;
    return props.width > 0 && shown > 0 ? `${Math.round((100 * shown) / props.width)} %` : '';
  };
  return (
    <fieldset class="stage-zoom">
      <legend class="visually-hidden">Size of the picture</legend>
      <Show when={props.zoom.isZoomed()}>
        <button
          type="button"
          class="icon-button"
          aria-label="Show the whole picture"
          title="Show the whole picture (0)"
          onClick={() => props.zoom.reset()}
        >
          <PathIcon path={ICONS.fit} />
        </button>
      </Show>
      {/* Not `disabled`, which takes the keyboard away from a button that has it. */}
      <button
        type="button"
        class="icon-button"
        aria-label="Smaller"
        title="Smaller (−)"
        aria-disabled={!props.zoom.isZoomed()}
        onClick={() => props.zoom.step(-1)}
      >
        <PathIcon path={ICONS.minus} />
      </button>
      <span class="stage-zoom-size numbers" aria-hidden="true">
        {size()}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Larger"
        title="Larger (+)"
        aria-disabled={!props.zoom.canEnlarge()}
        onClick={() => props.zoom.step(1)}
      >
        <PathIcon path={ICONS.plus} />
      </button>
      {/* Not of every picture that is stepped to, only of one that is enlarged. */}
      <span class="visually-hidden" role="status">
        {props.zoom.isZoomed() ? size() : ''}
      </span>
    </fieldset>
  );
}
