import { transfer } from 'comlink';
import { withTimeLimit } from '../engine/async/timeouts.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { LibraryPage } from '../protocol/library-worker.ts';

/** A drawing that takes longer is given up. */
const LIMIT_MS = 20_000;

/**
 * An SVG drawing as a picture. In an `img`, browsers execute nothing and fetch nothing that a drawing names (SVG Integration,
 * "secure static mode"); workers have no `img`, and `createImageBitmap` decodes no SVG.
 */
export const drawSvg: LibraryPage['draw'] = async (svg, width, height) => {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const image = new Image(width, height);
  try {
    image.src = url;
    await withTimeLimit(LIMIT_MS, image.decode(), () => Promise.reject(new TooSlow()));
    return transfer(...withItself(await createImageBitmap(image, { resizeWidth: width, resizeHeight: height })));
  } catch (error) {
    const why =
      error instanceof TooSlow
        ? `The drawing took longer than ${LIMIT_MS / 1000} seconds and was given up.`
        : 'The drawing cannot be shown: it is damaged.';
    throw new AfterimageError('picture-unreadable', why, { cause: error });
  } finally {
    image.src = '';
    URL.revokeObjectURL(url);
  }
};

class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

function withItself(bitmap: ImageBitmap): [ImageBitmap, Transferable[]] {
  return [bitmap, [bitmap]];
}
