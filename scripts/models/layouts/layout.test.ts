/** Models as exporters lay them out: one graph, or the two of open_clip. Each works as the same model laid out as usual. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelManifest } from '../../../src/engine/model/model.ts';
import { dot, normalise } from '../../../src/engine/numeric/embedding.ts';
import { createNodeImageEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { type Change, changeJson, type ModelWorkplace, modelWorkplace, putWeightsBeside } from '../hf/testing.ts';
import { readOpenClipConfig } from './open-clip.ts';
import { combineTowers, toOpenClip } from './testing.ts';

let place: ModelWorkplace;
let base: ModelManifest;

beforeAll(async () => {
  place = await modelWorkplace();
  base = (await place.add(async () => {})).manifest;
});
afterAll(() => place.remove());

/** What open_clip would say of the small model. */
const CONFIG = {
  model_cfg: { embed_dim: 32, vision_cfg: { image_size: 32 }, text_cfg: { context_length: 32 } },
  preprocess_cfg: { interpolation: 'bicubic', resize_mode: 'shortest' },
};

/** Open_clip fills texts up with the token 0, and the small model sees that: the same has to be said to the other one. */
const paddedWithZero = async (folder: string) => {
  const { model } = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as { model: { vocab: object } };
  const zero = Object.entries(model.vocab).find(([, id]) => id === 0)?.[0];
  await changeJson(join(folder, 'tokenizer_config.json'), (config) => ({ ...config, pad_token: zero }));
};

async function cosines(one: ModelManifest, other: ModelManifest): Promise<number[]> {
  const texts = one.golden.map(({ embedding }, i) => {
    const also = other.golden[i]?.embedding ?? [];
    return dot(normalise(Float32Array.from(embedding)), normalise(Float32Array.from(also)));
  });
  const [a, b] = await Promise.all([one, other].map(({ id }) => embedPicture(id)));
  return [...texts, a && b ? dot(a, b) : 0];
}

async function embedPicture(modelId: string) {
  const encoder = await createNodeImageEncoder({ modelsFolder: place.modelsFolder, modelId });
  const rgb = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => (i * 37) % 251);
  const [embedding] = await encoder.encode([{ size: 32, rgb }]);
  await encoder.dispose();
  return embedding;
}

const combined: [string, Change][] = [
  ['model.onnx in onnx/', (folder) => combineTowers(folder)],
  ['model.onnx at the top', (folder) => combineTowers(folder, 'model.onnx')],
  ['quantised only', (folder) => combineTowers(folder, 'onnx/model_quantized.onnx')],
  [
    'outputs as jina-clip calls them',
    (folder) =>
      combineTowers(folder, 'onnx/model.onnx', {
        text_embeds: 'l2norm_text_embeddings',
        image_embeds: 'l2norm_image_embeddings',
      }),
  ],
  [
    'weights beside it',
    async (folder) => {
      await combineTowers(folder);
      await putWeightsBeside(folder, 'onnx/model.onnx', 'model.onnx_data');
    },
  ],
];

test.each(combined)('one graph with both towers, %s', async (_, change) => {
  const { manifest, notes } = await place.add(change);
  expect(Math.min(...(await cosines(base, manifest)))).toBeGreaterThan(0.9999);
  expect(notes).toContainEqual(expect.stringMatching(/^Took the towers out of (onnx\/)?model\w*\.onnx\.$/));
  const folder = join(place.modelsFolder, manifest.id);
  const sizes = (await readFile(join(folder, manifest.files.find(({ path }) => /text_model/.test(path))?.path ?? '')))
    .length;
  expect(sizes).toBeLessThan(1_100_000); // without the other tower
});

const pairs: [string, Change][] = [
  ['textual.onnx and visual.onnx', (folder) => toOpenClip(folder, {}, CONFIG)],
  ['text.onnx and image.onnx', (folder) => toOpenClip(folder, { text: 'text.onnx', vision: 'image.onnx' }, CONFIG)],
  [
    'weights beside each',
    async (folder) => {
      await toOpenClip(folder, { text: 'text.onnx' }, CONFIG);
      await putWeightsBeside(folder, 'text.onnx', 'text.onnx.data');
      await putWeightsBeside(folder, 'visual.onnx', 'visual.onnx.data');
    },
  ],
  [
    'no tokenizer_config.json',
    async (folder) => {
      await toOpenClip(folder, {}, CONFIG);
      await rm(join(folder, 'tokenizer_config.json'));
    },
  ],
  ['the older form of its configuration', (folder) => toOpenClip(folder, {}, CONFIG.model_cfg)],
];

test.each(pairs)('a model of open_clip: %s', async (_, change) => {
  const expected = await place.add(paddedWithZero);
  const { manifest } = await place.add(change);
  expect(manifest).toMatchObject({ family: 'clip', dim: 32, imageSize: 32, text: { maxLength: 32 } });
  expect(Math.min(...(await cosines(expected.manifest, manifest)))).toBeGreaterThan(0.9999);
  expect((await readdir(place.modelsFolder)).filter((name) => name.startsWith('.'))).toEqual([]);
});

const refused: [string, Change, RegExp][] = [
  [
    'no configuration of open_clip',
    (folder) => toOpenClip(folder),
    /it has no open_clip_config\.json, which says .*: it lies beside the weights/,
  ],
  [
    'one tower of two',
    async (folder) => {
      await toOpenClip(folder, {}, CONFIG);
      await rm(join(folder, 'visual.onnx'));
    },
    /it has textual\.onnx, but no other tower \(visual\.onnx, .*\): download it as well/,
  ],
  [
    'pictures with margins',
    (folder) => toOpenClip(folder, {}, { ...CONFIG, preprocess_cfg: { resize_mode: 'longest' } }),
    /its open_clip_config\.json has a resize_mode "longest", and shortest and squash are known/,
  ],
  [
    'no tokenizer',
    async (folder) => {
      await toOpenClip(folder, {}, CONFIG);
      await rm(join(folder, 'tokenizer.json'));
    },
    /it has no tokenizer\.json, nor vocab\.json with merges\.txt; .*openai\/clip-vit-base-patch32/,
  ],
  [
    'one graph with one tower',
    (folder) =>
      rename(join(folder, 'onnx/text_model.onnx'), join(folder, 'model.onnx')).then(() =>
        rm(join(folder, 'onnx'), { recursive: true }),
      ),
    /its model\.onnx has no towers that can be told apart \(no output image_embeds among text_embeds\)/,
  ],
  [
    'half a graph',
    async (folder) => {
      await combineTowers(folder);
      await writeFile(
        join(folder, 'onnx/model.onnx'),
        (await readFile(join(folder, 'onnx/model.onnx'))).subarray(0, 1e5),
      );
    },
    /its onnx\/model\.onnx is cut short/,
  ],
];

test.each(refused)('%s: one line about the folder that was given', async (_, change, reason) => {
  const failed = place.add(change);
  await expect(failed).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringMatching(reason) });
  await expect(failed).rejects.toThrow(/^[^\n]{1,400}$/);
  await expect(failed).rejects.not.toThrow(/laid-out/);
});

test('a CLIP tower without projection is refused: its vectors are in no common space', async () => {
  const failed = place.add(async (folder) => {
    const path = join(folder, 'onnx/text_model.onnx');
    const bytes = await readFile(path);
    // Of the same length, so that the lengths in the file stay right.
    await writeFile(path, Buffer.from(bytes.toString('latin1').replaceAll('text_embeds', 'pooler_outp'), 'latin1'));
  });
  await expect(failed).rejects.toThrow(/gives pooler_outp, and text_embeds is needed: export it as CLIPTextModelWith/);
});

test('what open_clip says of SigLIP, MobileCLIP 2 and PE, and what it leaves to its defaults', () => {
  const of = (text: object, pictures?: object) =>
    readOpenClipConfig({
      model_cfg: { embed_dim: 512, vision_cfg: { image_size: 256 }, text_cfg: text },
      preprocess_cfg: pictures,
    });
  const half = [0.5, 0.5, 0.5];
  expect(of({ context_length: 64, pool_type: 'last' }, { mean: half, std: half, resize_mode: 'squash' })).toEqual({
    ...{ family: 'siglip', dim: 512, imageSize: 256, length: 64 },
    preprocessing: { resize: 'squash', interpolation: 'bicubic', mean: half, std: half },
  });
  expect(of({ context_length: 77 }, { mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear' })).toMatchObject({
    family: 'clip',
    preprocessing: { resize: 'shortest', interpolation: 'bilinear', mean: [0, 0, 0] },
  });
  expect(
    of({ context_length: 32 }, { mean: half, std: half, interpolation: 'bilinear', resize_mode: 'squash' }),
  ).toMatchObject({ length: 32, preprocessing: { resize: 'squash', interpolation: 'bilinear' } });
  expect(of({})).toMatchObject({
    length: 77,
    preprocessing: { resize: 'shortest', interpolation: 'bicubic', std: [0.26862954, 0.26130258, 0.27577711] },
  });
  expect(() => readOpenClipConfig({ model_cfg: {} })).toThrow('says no embed_dim');
});
