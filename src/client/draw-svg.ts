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
    if (isTainted(image)) throw new HoldsWebPage();
    return transfer(...withItself(await createImageBitmap(image, { resizeWidth: width, resizeHeight: height })));
  } catch (error) {
    throw new AfterimageError('picture-unreadable', reasonOf(error), { cause: error });
  } finally {
    image.src = '';
    URL.revokeObjectURL(url);
  }
};

/** Whether the browser draws it and does not say what it looks like; Chromium does so with parts of a web page. */
function isTainted(image: HTMLImageElement): boolean {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context?.drawImage(image, 0, 0, 1, 1);
  try {
    context?.getImageData(0, 0, 1, 1);
    return false;
  } catch {
    return true;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TooSlow) return `The drawing took longer than ${LIMIT_MS / 1000} seconds and was given up.`;
  if (error instanceof HoldsWebPage)
    return 'It is a drawing that holds parts of a web page, which browsers do not hand out.';
  return 'The drawing cannot be shown: it is damaged.';
}

class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

class HoldsWebPage extends Error {
  override readonly name = 'HoldsWebPage';
}

function withItself(bitmap: ImageBitmap): [ImageBitmap, Transferable[]] {
  return [bitmap, [bitmap]];
}
