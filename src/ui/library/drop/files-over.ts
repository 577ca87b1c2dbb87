import { type Accessor, createSignal } from 'solid-js';
import { hasFiles } from '../../../state/library/take-files.ts';

/** Whether files are dragged over the page. */
export interface FilesOver {
  readonly isOver: Accessor<boolean>;
  /** They were there before somebody listened. */
  begin(): void;
  /** They were dropped. */
  end(): void;
  onEnter(event: DragEvent): void;
  onLeave(event: DragEvent): void;
}

export function createFilesOver(): FilesOver {
  const [isOver, setOver] = createSignal(false);
  /** Elements that the pointer is in: it enters one before it leaves the other. */
  let depth = 0;
  const end = () => {
    depth = 0;
    setOver(false);
  };
  return {
    isOver,
    begin() {
      depth = 1;
      setOver(true);
    },
    end,
    onEnter(event) {
      if (!hasFiles(event.dataTransfer)) return;
      depth++;
      setOver(true);
    },
    onLeave(event) {
      if (!hasFiles(event.dataTransfer)) return;
      depth--;
      if (depth <= 0) end();
    },
  };
}
