import { type JSX, Match, Switch } from 'solid-js';
import { Dialog } from '../common/dialog.tsx';
import { Failure } from '../common/failure.tsx';
import { Icon } from '../common/icons.tsx';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import './detail.css';
import { Facts } from './facts/facts.tsx';
import { Stage } from './stage.tsx';
import { Strip } from './strip/strip.tsx';
import { createZoom, type Zoom } from './zoom/zoom.ts';

/** CSS pixels that an arrow key moves an enlarged picture. */
const MOVE_PX = 80;

/** The opened picture, large, above the page. */
export default function Detail(): JSX.Element {
  const { opened } = useApp();
  const zoom = createZoom();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isOwnKeys(event.target)) return;
    if (zoomByKey(zoom, event.key)) return event.preventDefault();
    if (event.key === 'ArrowRight') void opened.step(1);
    else if (event.key === 'ArrowLeft') void opened.step(-1);
  };

  return (
    <Dialog class="detail" label={itemTitle(opened.item()) || 'Picture'} onKeyDown={onKeyDown} onClose={opened.close}>
      <Stage zoom={zoom} />
      <Strip />
      <aside class="detail-side">
        <button
          type="button"
          class="icon-button detail-close"
          autofocus
          aria-label="Close"
          title="Close"
          onClick={opened.close}
        >
          <Icon name="close" />
        </button>
        <Switch>
          <Match when={opened.item()}>{(item) => <Facts item={item()} />}</Match>
          <Match when={opened.missing()}>
            <Missing />
          </Match>
          <Match when={opened.error()}>
            {(error) => <Failure title="This picture could not be read" error={error()} />}
          </Match>
        </Switch>
      </aside>
    </Dialog>
  );
}

/**
 * Keys that enlarge, and move what is enlarged. Escape first shows the whole picture again: prevented as a key, because a
 * browser lets a page refuse to close a dialog only once.
 * @returns whether the key was one of them
 */
function zoomByKey(zoom: Zoom, key: string): boolean {
  if (key === '+' || key === '=') zoom.step(1);
  else if (key === '-' || key === '_') zoom.step(-1);
  else if (key === '0') zoom.reset();
  else if (!zoom.isZoomed()) return false;
  else if (key === 'Escape') zoom.reset();
  else if (key === 'ArrowLeft') zoom.moveBy({ x: MOVE_PX, y: 0 }, true);
  else if (key === 'ArrowRight') zoom.moveBy({ x: -MOVE_PX, y: 0 }, true);
  else if (key === 'ArrowUp') zoom.moveBy({ x: 0, y: MOVE_PX }, true);
  else if (key === 'ArrowDown') zoom.moveBy({ x: 0, y: -MOVE_PX }, true);
  else return false;
  return true;
}

function Missing(): JSX.Element {
  return (
    <>
      <h2>Not here</h2>
      <p>
        This link leads to a picture that is not in this collection, or no longer. Close this, or choose another
        collection.
      </p>
    </>
  );
}

/** Controls inside that use the arrow keys themselves. */
function isOwnKeys(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [role="radiogroup"]') !== null;
}
