import type { PictureBytes } from '../../engine/collection/types.ts';
import { pictureSignature } from '../../engine/similar/signature/signature.ts';
import { drawn, flattened } from './decoding/canvas.browser.ts';
import { WHITE } from './decoding/shown/ground.ts';

/**
 * The signature of a picture by its thumbnail; null where it shows nothing.
 * @throws DOMException where the thumbnail cannot be decoded
 */
export async function signatureOfThumbnail({ bytes, type }: PictureBytes): Promise<string | null> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  try {
    return pictureSignature(flattened(drawn(bitmap, bitmap), WHITE).raw);
  } finally {
    bitmap.close();
  }
}
