import { hashOfGreys, SIDE } from './perceptual-hash.ts';
import { greysOf, type RgbPicture, reduceColours } from './reduce.ts';
import { signatureOfColours } from './signature/signature.ts';

/** What a picture looks like, so that copies can be told; null where it is too even to say. */
export interface Look {
  /** `perceptualHash` */
  readonly phash: string | null;
  /** `pictureSignature` */
  readonly signature: string | null;
}

/**
 * Both at once: all pixels are read only once.
 * @throws AfterimageError `picture-unreadable` for a picture without pixels, or with other bytes than its size says
 */
export function lookOf(picture: RgbPicture): Look {
  const colours = reduceColours(picture, SIDE, SIDE);
  return { phash: hashOfGreys(greysOf(colours)), signature: signatureOfColours(colours) };
}
