import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { readModelManifest } from '../../../src/platform/models/model-folder.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { infoLines } from '../describe.ts';
import {
  addressOf,
  filesToPull,
  findEntry,
  parseRegistry,
  placeOf,
  type RegistryFile,
  readRegistry,
} from './registry.ts';

const registry = await readRegistry();

test('every entry says what it is, and has both towers in the precisions that are pulled', () => {
  expect(new Set(registry.map(({ id }) => id)).size).toBe(registry.length);
  for (const entry of registry.filter(({ kind }) => kind === undefined)) {
    const files = filesToPull(entry, []);
    const towers = new Set(files.flatMap(({ tower }) => tower ?? []));
    if (entry.layout === 'combined') expect(files.filter(({ dtype }) => dtype !== undefined)).toHaveLength(1);
    else expect([...towers].sort(), entry.id).toEqual(['text', 'vision']);
    expect(files.map(placeOf), entry.id).toContain('tokenizer.json');
  }
});

test('what is not pinned or not hashed is named as not verified', () => {
  for (const { id, layout, revision, files, unverified } of registry) {
    if (layout === 'embedded') continue;
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

test('the embedded model is an entry like the others: the files that are here', async () => {
  const { files, dim, imageSize, title, text } = findEntry(registry, DEFAULT_MODEL);
  const manifest = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  expect(files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }))).toEqual(
    manifest.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  );
  expect({ dim, imageSize, title, length: text.length }).toEqual({
    ...{ dim: manifest.dim, imageSize: manifest.imageSize, title: manifest.title },
    length: manifest.text.maxLength,
  });
});

test('models that may not be used commercially ask first, and those of the first rank do not', () => {
  const asking = registry.filter(({ licence }) => licence.accept).map(({ id }) => id);
  expect(asking).toEqual(['mobileclip2-s2', 'mobileclip-s2', 'jina-clip-v2']);
  expect(registry.slice(0, 3).map(({ id, licence }) => [id, licence.commercial])).toEqual([
    ['clip-vit-b-32-256-datacomp', true],
    ['siglip-base-patch16-224', true],
    ['siglip2-base-patch16-256', true],
  ]);
});

test('what nobody has verified is shown, with everything that a person chooses by', () => {
  for (const entry of registry) {
    const lines = infoLines(entry, []);
    for (const what of entry.unverified) expect(lines, entry.id).toContain(`  ${what}`);
    const text = lines.join('\n');
    const said = [entry.licence.name, entry.licence.commercial ? 'commercial use: yes' : 'commercial use: no'];
    for (const word of [
      ...said,
      entry.revision,
      entry.kind === 'reranker' ? 'it looks at results again' : `${entry.dim} dimensions`,
      `${entry.imageSize} px`,
      ...entry.languages,
    ])
      expect(text, entry.id).toContain(word);
    expect(lines.filter((line) => line.startsWith('* ')).length, entry.id).toBe(filesToPull(entry, []).length);
  }
});

test('people’s own entries come first, and count where both have an id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-registry-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [first, second] = JSON.parse(await readFile(new URL('models.json', import.meta.url), 'utf8')) as object[];
  const mine = [
    { ...first, id: 'mine' },
    { ...second, title: 'Another' },
  ];
  await writeFile(join(folder, 'mine.json'), JSON.stringify(mine));
  const both = await readRegistry(join(folder, 'mine.json'));
  expect(both.map(({ id }) => id).slice(0, 3)).toEqual(['mine', registry[1]?.id, registry[0]?.id]);
  expect(both[1]?.title).toBe('Another');
  expect(both).toHaveLength(registry.length + 1);
  await expect(readRegistry(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'usage' });
});

test('a mirror of the hub is taken from HF_ENDPOINT', () => {
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9/');
  const entry = findEntry(registry, 'siglip-base-patch16-224');
  expect(addressOf(entry, entry.files[0] as RegistryFile)).toBe(
    `http://127.0.0.1:9/Xenova/siglip-base-patch16-224/resolve/${entry.revision}/config.json`,
  );
  vi.unstubAllEnvs();
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
