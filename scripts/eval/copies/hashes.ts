import { type RgbPicture, reduceToGrey } from '../../../src/engine/similar/grey.ts';
import { perceptualHash } from '../../../src/engine/similar/perceptual-hash.ts';

/** The hashes that are compared: 64 bits each; undefined where a picture has none. */
export const HASHES: ReadonlyMap<string, (picture: RgbPicture) => bigint | undefined> = new Map([
  ['pHash', (picture) => fromHex(perceptualHash(picture))],
  ['dHash', differences],
  ['block mean', blockMeans],
]);

/** Whether each of 9 × 8 greys is darker than its neighbour on the right. */
function differences(picture: RgbPicture): bigint {
  const greys = reduceToGrey(picture, 9, 8);
  return fromBits(64, (i) => (greys[9 * (i >> 3) + (i & 7) + 1] as number) > (greys[9 * (i >> 3) + (i & 7)] as number));
}

/** Whether each of 8 × 8 greys is above their median. */
function blockMeans(picture: RgbPicture): bigint {
  const greys = reduceToGrey(picture, 8, 8);
  const sorted = greys.toSorted();
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  return fromBits(64, (i) => (greys[i] as number) > median);
}

function fromBits(count: number, isSet: (i: number) => boolean): bigint {
  let bits = 0n;
  for (let i = 0; i < count; i++) bits = (bits << 1n) | (isSet(i) ? 1n : 0n);
  return bits;
}

function fromHex(hex: string | null): bigint | undefined {
  return hex === null ? undefined : BigInt(`0x${hex}`);
}
