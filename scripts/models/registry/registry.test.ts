import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { addressOf, filesToPull, findEntry, parseRegistry, placeOf, readRegistry } from './registry.ts';

const registry = await readRegistry();

test('every entry says what it is, and has both towers in the precisions that are pulled', () => {
  expect(new Set(registry.map(({ id }) => id)).size).toBe(registry.length);
  for (const entry of registry.filter(({ kind }) => kind === undefined)) {
    const files = filesToPull(entry, []);
    const towers = new Set(files.flatMap(({ tower }) => tower ?? []));
    if (entry.layout === 'combined') expect(files.some(({ dtype }) => dtype === 'fp32')).toBe(true);
    else expect([...towers].sort(), entry.id).toEqual(['text', 'vision']);
    expect(files.map(placeOf), entry.id).toContain('tokenizer.json');
  }
});

test('what is not pinned or not hashed is named as not verified', () => {
  for (const { id, revision, files, unverified } of registry) {
    const isPinned = /^[0-9a-f]{40}$/.test(revision);
    const isHashed = files.every(({ sha256, bytes }) => sha256 !== null && bytes !== null);
    const said = unverified.join(' ');
    if (!isPinned) expect(said, id).toContain('revision');
    if (!isHashed) expect(said, id).toContain('hash');
  }
});

test('an address names repository, revision and path', () => {
  const entry = findEntry(registry, 'clip-vit-b-32-256-datacomp');
  expect(entry.files.map((file) => addressOf(entry, file))).toEqual([
    'https://huggingface.co/yurijmikhalevich/rclip-models/resolve/17b9d07433aad73f70d338d8a1c7a4cef83887e0/ViT-B-32-256-datacomp_s34b_b86k/textual.onnx',
    'https://huggingface.co/yurijmikhalevich/rclip-models/resolve/17b9d07433aad73f70d338d8a1c7a4cef83887e0/ViT-B-32-256-datacomp_s34b_b86k/visual.onnx',
    'https://huggingface.co/laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K/resolve/4afec35ffe57a943d569ff7ee888061830164da8/tokenizer.json',
  ]);
});

test('only the towers of the precisions that are asked for are pulled', () => {
  const entry = findEntry(registry, 'clip-vit-base-patch32');
  const towers = (dtypes: Parameters<typeof filesToPull>[1]) =>
    filesToPull(entry, dtypes).flatMap(({ path, tower }) => (tower ? [path] : []));
  expect(towers([])).toEqual(['onnx/text_model.onnx', 'onnx/text_model_quantized.onnx', 'onnx/vision_model.onnx']);
  expect(towers(['q8'])).toEqual(['onnx/text_model_quantized.onnx', 'onnx/vision_model_quantized.onnx']);
});

test('an unknown model names those that are known', () => {
  expect(() => findEntry(registry, 'nope')).toThrow(/siglip-base-patch16-224/);
});

test('a damaged registry is refused, and one whose licence forbids without asking', async () => {
  const source = JSON.parse(await readFile(new URL('models.json', import.meta.url), 'utf8')) as object[];
  const refused = (entry: object) =>
    expect(() => parseRegistry(JSON.stringify([entry]))).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  refused({ ...source[0], repository: '../elsewhere' });
  refused({ ...source[0], files: [{ path: '../config.json', bytes: 1, sha256: null }] });
  refused({ ...source[0], licence: { name: 'x', commercial: false, accept: false } });
});
