import type { JSX } from 'solid-js';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

/** A modal panel at the edge of the page. */
export function Drawer(props: { title: string; onClose: () => void; children: JSX.Element }): JSX.Element {
  return (
    <Dialog class="drawer" label={props.title} light onClose={props.onClose}>
      <div class="drawer-body">
        <div class="drawer-head">
          <h2>{props.title}</h2>
          <button type="button" class="icon-button" aria-label="Close" title="Close" onClick={props.onClose}>
            <Icon name="close" />
          </button>
        </div>
        {props.children}
      </div>
    </Dialog>
  );
}
