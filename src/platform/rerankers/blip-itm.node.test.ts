import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import type { Pixels } from '../../engine/ports.ts';
import { readTokenizer } from '../encoders/tokenizer.ts';
import { toPlanes } from '../models/preprocessor.ts';
import { pixelsOf, tryReranker } from './blip-itm.node.ts';
import { blipTokens, createReranker, type LoadedReranker, matchesOf } from './blip-itm.ts';
import { preprocessorOf, RERANKER_PARTS } from './reranker-files.ts';

/** Written by scripts/train/smoke/random_blip_itm.py: what transformers computes with the same model. */
interface Reference {
  readonly length: number;
  readonly pictures: readonly {
    readonly width: number;
    readonly height: number;
    readonly mean: number;
    readonly std: number;
    /** Channel, row, column, value. */
    readonly probes: readonly (readonly [number, number, number, number])[];
  }[];
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly mask: readonly number[];
    readonly matches: readonly number[];
  }[];
}

const folder = fileURLToPath(new URL('fixtures/random-blip-itm/', import.meta.url));
const RULES = { maxLength: 35, firstToken: null };
const reference = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as Reference;
const read = RERANKER_PARTS.map(async (path) => [path, new Uint8Array(await readFile(join(folder, path)))] as const);
const files = new Map(await Promise.all(read));
const tokenizer = readTokenizer(files);
const preprocessor = preprocessorOf(files);

let reranker: LoadedReranker;
let pictures: Pixels[];

beforeAll(async () => {
  reranker = await tryReranker(folder, { id: 'tiny', imageSize: 384, text: RULES }, 'fp32');
  pictures = await Promise.all(reference.pictures.map(async ({ width, height }) => read384(width, height)));
});

async function read384(width: number, height: number): Promise<Pixels> {
  const pixels = await pixelsOf(await pattern(width, height), preprocessor);
  if (!pixels) throw new Error('the pattern could not be read');
  return pixels;
}

/** The formula of `pattern` in the script. */
function pattern(width: number, height: number): Promise<Buffer> {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      rgb[at] = (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 1 ? 220 : 30;
      rgb[at + 1] = Math.floor((255 * x) / width);
      rgb[at + 2] = Math.floor((255 * y) / height);
    }
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

test('pictures are squeezed to 384 pixels and normalised as BlipImageProcessor does it', () => {
  expect(preprocessor).toMatchObject({ imageSize: 384, shortestEdge: null, resample: 3 });
  for (const [i, { mean, std, probes }] of reference.pictures.entries()) {
    const planes = toPlanes([pictures[i] as Pixels], preprocessor);
    const average = planes.reduce((sum, value) => sum + value, 0) / planes.length;
    const square = planes.reduce((sum, value) => sum + (value - average) ** 2, 0);
    expect(average).toBeCloseTo(mean, 3);
    expect(Math.sqrt(square / (planes.length - 1))).toBeCloseTo(std, 3);
    // A byte is 0.0146 of what is normalised.
    for (const [channel, y, x, value] of probes) {
      expect(planes[(channel * 384 + y) * 384 + x], `${channel} ${y} ${x}`).toBeCloseTo(value, 1);
    }
  }
});

test.each(reference.texts)(
  '“$text” becomes the tokens of BertTokenizer, padded and cut to 35',
  ({ text, ids, mask }) => {
    expect(blipTokens(tokenizer, text, RULES)).toEqual({ ids, mask });
    expect(ids).toHaveLength(reference.length);
  },
);

test('a special token that is typed is a text, and the first token can be another one', () => {
  const { ids } = blipTokens(tokenizer, '[SEP] cat', RULES);
  expect(ids.filter((id) => id === 3)).toHaveLength(1);
  const { ids: replaced } = blipTokens(tokenizer, 'cat', { ...RULES, firstToken: 134 });
  expect(replaced.slice(0, 3)).toEqual([134, ...blipTokens(tokenizer, 'cat', RULES).ids.slice(1, 3)]);
  expect(() => blipTokens(tokenizer, ' \n', RULES)).toThrow(expect.objectContaining({ code: 'query-empty' }));
});

test.each(reference.texts)('“$text” matches as much as transformers says', async ({ text, matches }) => {
  const scored = await reranker.score(text, pictures);
  expect(scored).toHaveLength(pictures.length);
  for (const [i, match] of matches.entries()) expect(scored[i], `picture ${i}`).toBeCloseTo(match, 2);
});

test('probabilities are the softmax of two logits, and nothing else counts as one', () => {
  const [a, b] = matchesOf(Float32Array.of(0, 0, 1, 3), 2);
  expect(a).toBe(0.5);
  expect(b).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  expect(() => matchesOf(Float32Array.of(1, 2, 3), 2)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  expect(() => matchesOf(Float32Array.of(Number.NaN, 0), 1)).toThrow(
    expect.objectContaining({ code: 'device-nonsense' }),
  );
});

test('pictures that are prepared for another size are refused', () => {
  const session = { run: async () => new Float32Array(), dispose: async () => undefined };
  const manifest = { id: 'tiny', imageSize: 224, text: RULES };
  expect(() => createReranker({ manifest, tokenizer, preprocessor, session })).toThrow(/224/);
});

test('a picture that cannot be read is none', async () => {
  expect(await pixelsOf(new TextEncoder().encode('no picture'), preprocessor)).toBeUndefined();
});
