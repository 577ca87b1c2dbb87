import { createSignal, type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { listen } from '../../state/shell/listen.ts';
import { PathIcon } from '../common/icons.tsx';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import { ICONS } from './detail-icons.ts';
import { LargePicture } from './large-picture.tsx';
import './stage.css';
import { createGestures } from './zoom/gestures.ts';
import type { Zoom } from './zoom/zoom.ts';
import { ZoomButtons } from './zoom/zoom-buttons.tsx';

/** The picture with the ways to the ones beside it, and to its details. */
export function Stage(props: { zoom: Zoom }): JSX.Element {
  const { opened } = useApp();
  const [stage, setStage] = createSignal<HTMLDivElement>();
  const isMagnified = createMagnified();
  const { dragged, isHeld } = createGestures(stage, props.zoom, {
    close: opened.close,
    step: (by) => void opened.step(by),
  });
  return (
    <div
      ref={setStage}
      class="stage"
      data-zoomed={props.zoom.isZoomed() ? '' : undefined}
      data-held={isHeld() ? '' : undefined}
      data-magnified={isMagnified() ? '' : undefined}
    >
      {/* Made anew for each, or the picture before would stay in the frame until the next one is here. */}
      <Show when={opened.item()} keyed>
        {(item) => (
          <Show when={item.thumbnail} fallback={<p class="stage-empty">{itemTitle(item)}</p>}>
            {(thumbnail) => (
              <LargePicture item={item} thumbnail={thumbnail()} stage={stage()} zoom={props.zoom} dragged={dragged()} />
            )}
          </Show>
        )}
      </Show>
      <StepButton by={-1} />
      <StepButton by={1} />
      <Show when={opened.item()?.thumbnail}>
        <ZoomButtons zoom={props.zoom} width={ownWidth(opened.item())} />
      </Show>
    </div>
  );
}

function StepButton(props: { by: 1 | -1 }): JSX.Element {
  const { opened } = useApp();
  return (
    // Not `disabled`, which takes the keyboard away from a button that has it.
    <button
      type="button"
      class="icon-button stage-step"
      aria-label={props.by < 0 ? 'Previous picture' : 'Next picture'}
      aria-disabled={!opened.canStep(props.by)}
      onClick={() => void opened.step(props.by)}
    >
      <PathIcon path={props.by < 0 ? ICONS.left : ICONS.right} size={24} />
    </button>
  );
}

/** Pixels of the picture itself, or of the largest version of it that is known; 0: none. */
function ownWidth(item: Item | undefined): number {
  return item?.width || item?.preview?.width || item?.thumbnail?.width || 0;
}

/** Whether the browser has magnified the page: fingers then have to move the part of it that is seen. */
function createMagnified(): () => boolean {
  const [scale, setScale] = createSignal(visualViewport?.scale ?? 1);
  if (visualViewport) listen(visualViewport, 'resize', () => setScale(visualViewport?.scale ?? 1));
  return () => scale() > 1.01;
}
