import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoTokenizer } from '@huggingface/transformers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL, type ModelManifest } from '../../engine/model/model.ts';
import { dot } from '../../engine/numeric/embedding.ts';
import type { Pixels, QueryEncoder } from '../../engine/ports.ts';
import { readModelManifest } from '../models/model-folder.node.ts';
import { createNodeImageEncoder, createNodeQueryEncoder, useModelsFolder } from './clip.node.ts';
import { goldenCosine, type TextRules, tokenise } from './clip-text.ts';

const modelsFolder = fileURLToPath(new URL('../../../public/models/', import.meta.url));
const modelId = DEFAULT_MODEL;
let folder = '';
let manifest: ModelManifest;
let encoder: QueryEncoder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-models-'));
  manifest = await readModelManifest(modelsFolder, modelId);
  encoder = await createNodeQueryEncoder({ modelsFolder, modelId });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the text tower gives the golden vectors', async () => {
  expect(await goldenCosine(encoder, manifest.golden, manifest.dtypes.cpu)).toBeGreaterThan(0.99999);
});

test('a device that gives nonsense fails the golden vectors', async () => {
  const { modelId: id, dim } = encoder;
  const other: QueryEncoder = { modelId: id, dim, encode: () => encoder.encode('a wrong word') };
  expect(await goldenCosine(other, manifest.golden, 'fp32')).toBeLessThan(0.9);
  const { normalise } = await import('../../engine/numeric/embedding.ts');
  const nan: QueryEncoder = { modelId: id, dim, encode: async () => normalise(new Float32Array(dim).fill(Number.NaN)) };
  expect(await goldenCosine(nan, manifest.golden, 'fp32')).toBe(-1);
  await expect(goldenCosine(encoder, manifest.golden, 'q4')).rejects.toMatchObject({ code: 'model-invalid' });
});

test('embeddings have unit norm and do not depend on case or space around', async () => {
  const embedding = await encoder.encode('  Red Apple ');
  expect(embedding).toHaveLength(manifest.dim);
  expect(dot(embedding, embedding)).toBeCloseTo(1, 5);
  expect(dot(embedding, await encoder.encode('red apple'))).toBeCloseTo(1, 5);
});

test('an empty query is refused', async () => {
  await expect(encoder.encode(' \n ')).rejects.toMatchObject({ code: 'query-empty' });
});

test('a text that is too long keeps its end token, a short one is padded where the model wants it', async () => {
  useModelsFolder(modelsFolder);
  const tokenizer = await AutoTokenizer.from_pretrained(modelId);
  const rules: TextRules = {
    family: 'clip',
    maxLength: 8,
    padding: 'none',
    lowercase: false,
    skipLeading: ['a', 'some'],
    keepBefore: [],
  };
  const end = tokenise(tokenizer, 'dog', rules).ids.at(-1);
  const long = tokenise(tokenizer, 'dog '.repeat(50), rules);
  expect(long.ids).toHaveLength(8);
  expect(long.ids.at(-1)).toBe(end);
  const short = tokenise(tokenizer, 'dog', { ...rules, padding: 'max_length' });
  expect(short.ids).toHaveLength(8);
  expect(short.mask).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  expect(tokenise(tokenizer, 'dog', { ...rules, family: 'siglip', padding: 'max_length' }).mask).not.toContain(0);
  expect((await encoder.encode('dog '.repeat(500))).length).toBe(manifest.dim);
});

test('special tokens that are typed are text, and invisible and other letters are the plain ones', async () => {
  useModelsFolder(modelsFolder);
  const tokenizer = await AutoTokenizer.from_pretrained(modelId);
  const rules = { ...manifest.text, family: manifest.family };
  const ids = (text: string) => tokenise(tokenizer, text, rules).ids;
  const special = tokenizer.all_special_ids;
  for (const text of ['dog <|endoftext|> cat', '<|startoftext|>', '<|ENDOFTEXT|>dog', '<|endoftext|><|endoftext|>']) {
    const inside = ids(text).slice(1, -1);
    expect(inside.length, text).toBeGreaterThan(0);
    expect(
      inside.filter((id) => special.includes(id)),
      text,
    ).toEqual([]);
  }
  expect(ids('dog <|endoftext|> cat')).not.toEqual(ids('dog'));
  for (const text of ['do\u00ADg', 'do\u200Bg', 'ｄｏｇ', '"dog"']) expect(ids(text), text).toEqual(ids('dog'));
  expect(() => ids('\u200B')).toThrow(expect.objectContaining({ code: 'query-empty' }));
});

test('leading words that the model misreads are left out, unless nothing else is there', async () => {
  useModelsFolder(modelsFolder);
  const tokenizer = await AutoTokenizer.from_pretrained(modelId);
  const skipLeading = ['a', 'some', 'something'];
  const ids = (text: string, skipped: readonly string[] = skipLeading) =>
    tokenise(tokenizer, text, {
      family: 'clip',
      maxLength: 16,
      padding: 'none',
      lowercase: false,
      skipLeading: skipped,
      keepBefore: ['to'],
    }).ids;
  expect(ids('A  dog with a hat')).toEqual(ids('dog with a hat', []));
  expect(ids('some a dog')).toEqual(ids('dog', []));
  expect(ids('a')).toEqual(ids('a', []));
  expect(ids('something red')).toEqual(ids('red', []));
  expect(ids('something to eat')).toEqual(ids('something to eat', []));
  expect(ids('some something TO eat')).toEqual(ids('something TO eat', []));
  expect(ids('apple')).toEqual(ids('apple', []));
});

test('the vision tower embeds a batch in order, in pieces as at once', async () => {
  const size = manifest.imageSize;
  const pictures = [0, 90, 180, 255].map((grey): Pixels => ({ size, rgb: new Uint8Array(3 * size * size).fill(grey) }));
  const whole = await createNodeImageEncoder({ modelsFolder, modelId });
  const pieces = await createNodeImageEncoder({ modelsFolder, modelId, batchSize: 3, threads: 1 });
  const [once, twice] = [await whole.encode(pictures), await pieces.encode(pictures)];
  expect(once).toHaveLength(4);
  for (const [i, embedding] of once.entries()) {
    const other = twice[i];
    expect(other && dot(embedding, other)).toBeCloseTo(1, 4);
  }
  expect(once[0] && once[3] && dot(once[0], once[3])).toBeLessThan(0.99);
  expect(await whole.encode([])).toEqual([]);
});

test('a missing model and a damaged file are told', async () => {
  await expect(createNodeQueryEncoder({ modelsFolder, modelId: 'none' })).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('add-model'),
  });
  await cp(join(modelsFolder, modelId), join(folder, modelId), { recursive: true });
  const file = join(folder, modelId, 'onnx', 'text_model.onnx');
  const bytes = await readFile(file);
  bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(createNodeQueryEncoder({ modelsFolder: folder, modelId })).rejects.toMatchObject({
    code: 'part-corrupt',
    message: expect.stringContaining('text_model.onnx is damaged'),
  });
});

test('words are counted in pieces: common ones are one, invented ones several, special tokens none', () => {
  expect(encoder.pieces?.('dog')).toEqual([1]);
  expect(encoder.pieces?.('A red dog!')).toEqual([1, 1, 1]);
  expect(encoder.pieces?.('qwfpgarst')?.[0]).toBeGreaterThan(2);
  expect(encoder.pieces?.('!?')).toEqual([]);
  expect(encoder.pieces?.('dog '.repeat(40))).toHaveLength(16);
});
