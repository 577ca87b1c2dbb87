import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createDecoder } from '../decode.node.ts';
import { patternFile, testPreprocessor } from '../testing-pictures.node.ts';

/** Written by scripts/models/pillow_pixels.py. */
interface Golden {
  readonly width: number;
  readonly height: number;
  readonly edge: number;
  readonly size: number;
  /** Base64. */
  readonly rgb: string;
}

const file = new URL('../fixtures/pillow-pixels.json', import.meta.url);
const goldens = JSON.parse(await readFile(file, 'utf8')) as Golden[];

/** Of the values, their mean taken away: of pictures, cosines are near 1 whatever they show. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sums = [0, 0, 0] as [number, number, number];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - ma, (b[i] as number) - mb];
    sums[0] += x * y;
    sums[1] += x * x;
    sums[2] += y * y;
  }
  return sums[0] / Math.sqrt(sums[1] * sums[2]);
}

test('there are a dozen shapes, most with an odd margin', () => {
  const odd = goldens.filter(({ width, height, edge, size }) => {
    const longest = Math.floor((edge * Math.max(width, height)) / Math.min(width, height));
    return (longest - size) % 2 === 1;
  });
  expect(goldens.length).toBeGreaterThanOrEqual(12);
  expect(odd.length).toBeGreaterThanOrEqual(5);
});

test.each(goldens)('$width × $height to $edge, cropped to $size: the pixels of Pillow', async (golden) => {
  const { width, height, edge, size } = golden;
  const preprocessor = { ...testPreprocessor, imageSize: size, shortestEdge: edge };
  const decoder = createDecoder({ preprocessor, pictures: 'none' });
  const { pixels } = await decoder.decode(await patternFile(width, height), 'a.png');
  const expected = new Uint8Array(Buffer.from(golden.rgb, 'base64'));
  expect(pixels.rgb.length).toBe(expected.length);
  expect(correlation(pixels.rgb, expected)).toBeGreaterThan(0.998);
});
