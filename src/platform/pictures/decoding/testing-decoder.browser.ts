import { expect } from 'vitest';
import type { DecodedPicture } from '../../../indexing/ports.ts';
import { type BrowserDecoderOptions, createBrowserDecoder } from '../decode.browser.ts';

export const SIDE = 32;
/** As the page has one, with a tower that takes the whole picture. */
export function createTestDecoder(draw: BrowserDecoderOptions['draw']) {
  const decoder = createBrowserDecoder({
    preprocessor: { imageSize: SIDE, shortestEdge: null, resample: 2, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    draw,
  });
  return {
    decoder,
    /** `read`, or the sentence with which a file is refused. */
    refusal: (bytes: Uint8Array) =>
      decoder.decode(bytes, false).then(
        () => 'read',
        (error: { code: string; message: string }) => (error.code === 'picture-unreadable' ? error.message : error),
      ),
  };
}

/** The colour at a place, as parts of the square that the tower takes. */
export function colourAt({ pixels: { rgb } }: DecodedPicture, x: number, y: number): number[] {
  const at = 3 * (Math.floor(y * SIDE) * SIDE + Math.floor(x * SIDE));
  return [...rgb.subarray(at, at + 3)];
}

export function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 12): void {
  const farthest = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? 0))));
  expect(farthest, `${actual} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Red, green, blue and grey, as in all fixtures of quarters. */
export const QUARTERS = [
  [0.2, 0.25, [220, 40, 40]],
  [0.8, 0.25, [40, 180, 60]],
  [0.2, 0.75, [50, 80, 200]],
  [0.8, 0.75, [200, 200, 200]],
] as const;
