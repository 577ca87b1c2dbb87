import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import type { Addition } from '../../../protocol/library-worker.ts';
import { takeDropped } from '../../../state/library/take-dropped.ts';
import { hasFiles, takePasted } from '../../../state/library/take-files.ts';
import { useApp } from '../../context.ts';
import './drop-area.css';
import type { FirstFiles } from './drop-listener.tsx';

/** Files that are dropped or pasted anywhere on the page, unless something on it takes them itself, are added. */
export default function DropArea(props: { first: FirstFiles }): JSX.Element {
  const app = useApp();
  const [isOver, setOver] = createSignal(false);
  /** Elements that the pointer is in: it enters one before it leaves the other. */
  let depth = 0;
  const leave = () => {
    depth = 0;
    setOver(false);
  };

  const { library: access } = app;
  const add = async (gather: (code: typeof import('../../../state/library/gather.ts')) => Promise<Addition[]>) => {
    try {
      const [code, library] = await Promise.all([import('../../../state/library/gather.ts'), access.load()]);
      const additions = await gather(code);
      const isFirst = !access.isUsed();
      if (additions.length === 0 || !(await library.add(additions))) return;
      if (isFirst) app.address.go({ view: 'library', item: null });
      else sayAdded();
    } catch (error) {
      app.notices.say('library', `The pictures could not be added. ${error instanceof Error ? error.message : ''}`);
    }
  };
  const sayAdded = () => {
    app.notices.say('library-added', 'Adding to your pictures.', {
      label: 'Show',
      run() {
        app.notices.dismiss('library-added');
        app.address.go({ view: 'library', item: null });
      },
    });
  };

  const onEnter = (event: DragEvent) => {
    if (!hasFiles(event.dataTransfer)) return;
    depth++;
    setOver(true);
  };
  const onLeave = (event: DragEvent) => {
    if (!hasFiles(event.dataTransfer)) return;
    depth--;
    if (depth <= 0) leave();
  };
  const onOver = (event: DragEvent) => {
    if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
    event.preventDefault(); // else the browser would leave the page and open the file
    event.dataTransfer.dropEffect = 'copy';
  };
  const onDrop = (event: DragEvent) => {
    leave();
    if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
    event.preventDefault();
    const dropped = takeDropped(event.dataTransfer);
    void add(({ ofDropped }) => ofDropped(dropped));
  };
  const addPasted = (files: readonly File[]) => void add(async ({ ofPasted }) => ofPasted(files));
  /** What came before this code did. */
  const take = ({ pasted, isOver, onReady }: FirstFiles) => {
    onReady();
    if (pasted.length > 0) addPasted(pasted);
    if (!isOver()) return;
    depth = 1;
    setOver(true);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.defaultPrevented) return;
    const files = takePasted(event);
    if (files.length === 0) return;
    event.preventDefault();
    addPasted(files);
  };

  onMount(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    addEventListener('dragenter', onEnter, options);
    addEventListener('dragleave', onLeave, options);
    addEventListener('dragover', onOver, options);
    addEventListener('drop', onDrop, options);
    addEventListener('paste', onPaste, options);
    take(props.first);
    onCleanup(() => stop.abort());
  });

  return (
    <Show when={isOver()}>
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
