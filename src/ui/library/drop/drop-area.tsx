import { type JSX, onCleanup, onMount, Show } from 'solid-js';
import { takeDropped } from '../../../state/library/take-dropped.ts';
import { hasFiles, takePasted } from '../../../state/library/take-files.ts';
import { useApp } from '../../context.ts';
import { createAddFiles } from './add-files.ts';
import './drop-area.css';
import type { FirstFiles } from './drop-listener.tsx';
import { createFilesOver } from './files-over.ts';

/** Files that are dropped or pasted anywhere on the page, unless something on it takes them itself, are added. */
export default function DropArea(props: { first: FirstFiles }): JSX.Element {
  const add = createAddFiles(useApp());
  const over = createFilesOver();

  const onOver = (event: DragEvent) => {
    if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
    event.preventDefault(); // else the browser would leave the page and open the file
    event.dataTransfer.dropEffect = 'copy';
  };
  const onDrop = (event: DragEvent) => {
    over.end();
    if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
    event.preventDefault();
    const dropped = takeDropped(event.dataTransfer);
    void add(({ ofDropped }) => ofDropped(dropped));
  };
  const addPasted = (files: readonly File[]) => void add(async ({ ofPasted }) => ofPasted(files));
  const onPaste = (event: ClipboardEvent) => {
    if (event.defaultPrevented) return;
    const files = takePasted(event);
    if (files.length === 0) return;
    event.preventDefault();
    addPasted(files);
  };
  /** What came before this code did. */
  const take = ({ pasted, isOver, onReady }: FirstFiles) => {
    onReady();
    if (pasted.length > 0) addPasted(pasted);
    if (isOver()) over.begin();
  };

  onMount(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    addEventListener('dragenter', over.onEnter, options);
    addEventListener('dragleave', over.onLeave, options);
    addEventListener('dragover', onOver, options);
    addEventListener('drop', onDrop, options);
    addEventListener('paste', onPaste, options);
    take(props.first);
    onCleanup(() => stop.abort());
  });

  return (
    <Show when={over.isOver()}>
      <Overlay />
    </Show>
  );
}

/** Above open dialogs too, as only what is in the top layer can be. */
function Overlay(): JSX.Element {
  let element: HTMLDivElement | undefined;
  onMount(() => element?.showPopover?.());
  return (
    <div ref={element} class="drop-area" popover="manual">
      <p>
        Drop to add to your pictures
        <span>On the search field: search by it</span>
      </p>
    </div>
  );
}
