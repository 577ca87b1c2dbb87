import { type Remote, wrap } from 'comlink';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toAfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';
import { patternRgb } from '../pictures/testing-pattern.ts';
import graph from './fixtures/random-blip-itm/onnx/model.onnx?url';
import preprocessor from './fixtures/random-blip-itm/preprocessor_config.json?url';
import tokenizer from './fixtures/random-blip-itm/tokenizer.json?url';
import tokenizerConfig from './fixtures/random-blip-itm/tokenizer_config.json?url';
import { paintedPicture } from './self-test.ts';
import { reference } from './testing-reference.ts';
import type { TestingReranker } from './testing-reranker.browser.ts';

const FILES = {
  'onnx/model.onnx': graph,
  'preprocessor_config.json': preprocessor,
  'tokenizer.json': tokenizer,
  'tokenizer_config.json': tokenizerConfig,
};
const GOLDEN = { text: 'a red and blue checkerboard', picture: 'checkers', dtype: 'fp32' } as const;

const workers: Worker[] = [];
let reranker: Remote<TestingReranker>;
let pictures: Pixels[];

/** In a worker of its own: one in which loading failed is good for nothing. */
function start(): Remote<TestingReranker> {
  const worker = new Worker(new URL('./testing-reranker.browser.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return wrap<TestingReranker>(worker);
}

beforeAll(async () => {
  reranker = start();
  await reranker.load(FILES, []);
  pictures = await Promise.all(reference.pictures.map(({ width, height }) => read(width, height)));
});
afterAll(() => {
  for (const worker of workers) worker.terminate();
});

async function read(width: number, height: number): Promise<Pixels> {
  const canvas = new OffscreenCanvas(width, height);
  const shown = new ImageData(width, height);
  const rgb = patternRgb(width, height);
  for (let i = 0; i < width * height; i++) shown.data.set([...rgb.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  canvas.getContext('2d')?.putImageData(shown, 0, 0);
  const pixels = await reranker.read(await canvas.convertToBlob());
  if (!pixels) throw new Error('the pattern could not be read');
  return pixels;
}

test.each(reference.texts)('“$text” matches as much as transformers says', async ({ text, matches }) => {
  const scored = await reranker.score(text, pictures);
  expect(scored).toHaveLength(matches.length);
  for (const [i, match] of matches.entries()) expect(scored[i], `picture ${i}`).toBeCloseTo(match, 2);
});

test('a device that computes something else than Node did is refused', async () => {
  const [match = 0] = await reranker.score(GOLDEN.text, [paintedPicture(GOLDEN.picture, 384)]);
  const { deviation, msPerPicture } = await start().load(FILES, [{ ...GOLDEN, match }]);
  expect(deviation).toBeLessThan(0.001);
  expect(msPerPicture).toBeGreaterThan(0);
  const refused = await start()
    .load(FILES, [{ ...GOLDEN, match: match < 0.5 ? 1 : 0 }])
    .catch(toAfterimageError);
  expect(refused).toMatchObject({ code: 'device-nonsense' });
});

test('a picture that the browser cannot read is none', async () => {
  expect(await reranker.read(new Blob(['no picture']))).toBeUndefined();
});
