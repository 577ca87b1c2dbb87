import { createSignal, type JSX, lazy, onCleanup, onMount, Show } from 'solid-js';
import { hasFiles, takePasted } from '../../../state/library/take-files.ts';
import { Part } from '../../common/part.tsx';

const DropArea = lazy(() => import('./drop-area.tsx'));

/** What came before the code that takes it. */
export interface FirstFiles {
  /** Pasted pictures. */
  readonly pasted: readonly File[];
  /** Files are over the page now. */
  isOver(): boolean;
  /** From now on somebody else listens. */
  onReady(): void;
}

/** Files may be dropped and pasted anywhere on the page; what takes them is loaded when the first ones come. */
export function DropListener(): JSX.Element {
  const [first, setFirst] = createSignal<FirstFiles>();
  onMount(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let isOver = false;
    const come = (pasted: readonly File[]) => {
      if (!first()) setFirst({ pasted, isOver: () => isOver, onReady: () => stop.abort() });
    };
    const onDrag = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
      // Else the browser would leave the page and open a file that is dropped so soon.
      event.preventDefault();
      isOver = event.type === 'dragover' || event.type === 'dragenter';
      come([]);
    };
    const onPaste = (event: ClipboardEvent) => {
      const files = event.defaultPrevented ? [] : takePasted(event);
      if (files.length > 0) come(files);
    };
    for (const type of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) {
      addEventListener(type, onDrag, { signal });
    }
    addEventListener('paste', onPaste, { signal });
    onCleanup(() => stop.abort());
  });
  return (
    <Show when={first()}>
      {(files) => (
        <Part frame={() => null}>
          <DropArea first={files()} />
        </Part>
      )}
    </Show>
  );
}
