import type { JSX } from 'solid-js';
import { ACCEPT } from '../../../state/library/take-files.ts';
import { useApp } from '../../context.ts';
import { searchByPicture } from './search-by-picture.ts';

/** A way on where a link names a picture that it cannot hold. */
export default function ChooseAgain(): JSX.Element {
  const app = useApp();
  return (
    <label class="button file-label">
      <input
        type="file"
        class="visually-hidden"
        accept={ACCEPT}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void searchByPicture(app, file);
        }}
      />
      Choose the picture again
    </label>
  );
}
