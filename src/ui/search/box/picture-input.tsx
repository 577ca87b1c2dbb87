import { type Accessor, createSignal, type JSX } from 'solid-js';
import { ACCEPT, hasFiles, takePasted } from '../../../state/library/take-files.ts';
import { Icon } from '../../common/icons.tsx';

/** How a picture to search by comes into the query field. */
export interface PictureInput {
  /** Files are dragged over the field. */
  readonly isOver: Accessor<boolean>;
  /** The first one is searched by. */
  take(files: ArrayLike<File> | null | undefined): void;
  onDragOver(event: DragEvent): void;
  onDragLeave(event: DragEvent & { readonly currentTarget: HTMLElement }): void;
  onDrop(event: DragEvent): void;
  onPaste(event: ClipboardEvent): void;
}

export function createPictureInput(onPicture: (file: File) => void): PictureInput {
  const [isOver, setOver] = createSignal(false);
  const take = (files: ArrayLike<File> | null | undefined) => {
    if (files?.[0]) onPicture(files[0]);
  };
  return {
    isOver,
    take,
    onDragOver(event) {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault(); // what is dropped elsewhere is added (library/drop/drop-area.tsx)
      setOver(true);
    },
    onDragLeave: (event) => setOver(event.currentTarget.contains(event.relatedTarget as Node | null)),
    onDrop(event) {
      setOver(false);
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      take(event.dataTransfer.files);
    },
    onPaste(event) {
      const files = takePasted(event);
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    },
  };
}

/** Chooses a picture to search by. */
export function PictureButton(props: { onFiles: (files: FileList | null) => void }): JSX.Element {
  return (
    <label class="icon-button search-picture" title="Search by a picture">
      <input
        type="file"
        class="visually-hidden"
        aria-label="Search by a picture"
        accept={ACCEPT}
        onChange={(event) => {
          props.onFiles(event.currentTarget.files);
          event.currentTarget.value = ''; // the same one may be chosen again
        }}
      />
      <Icon name="picture" />
    </label>
  );
}
