/** Pulling over a network, from a server that answers as the hub does. Models are entries of a registry, and no code. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { createNodeQueryEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { verifyModel } from '../installed.ts';
import { combineTowers, toOpenClip } from '../layouts/testing.ts';
import { writeRandomModel } from '../random-model.ts';
import { parseRegistry, type RegistryEntry, type RegistryFile } from '../registry/registry.ts';
import { pullModel } from './pull.ts';
import { type EmulatedHub, startHub } from './testing-hub.ts';

const REVISION = 'a'.repeat(40);
let work = '';
let hub: EmulatedHub;
let modelsFolder = '';
let cacheFolder = '';
let lines: string[] = [];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-hub-'));
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  const common = { tokenizerFrom, vocabulary: 10_240, dim: 40, imageSize: 32 };
  await writeRandomModel({ ...common, folder: join(work, 'clip'), seed: 1 });
  await writeRandomModel({ ...common, folder: join(work, 'siglip'), seed: 2, family: 'siglip' });
  for (const name of ['combined', 'open-clip']) await cp(join(work, 'clip'), join(work, name), { recursive: true });
  await combineTowers(join(work, 'combined'));
  await toOpenClip(join(work, 'open-clip'), { text: 'text.onnx', vision: 'image.onnx' });
  const names = ['clip', 'siglip', 'combined', 'open-clip'];
  hub = await startHub(new Map(names.map((name) => [`nobody/${name}@${REVISION}`, join(work, name)])));
});
afterAll(async () => {
  hub.close();
  await rm(work, { recursive: true, force: true });
});
beforeEach(async () => {
  vi.stubEnv('HF_ENDPOINT', hub.origin);
  const folder = await mkdtemp(join(work, 'pull-'));
  [modelsFolder, cacheFolder] = [join(folder, 'models'), join(folder, 'cache')];
  lines = [];
  hub.asked.length = 0;
  hub.gated.clear();
});
afterEach(() => vi.unstubAllEnvs());

const SMALL = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];
const LAYOUTS: Readonly<Record<string, readonly Partial<RegistryFile>[]>> = {
  transformers: [
    ...SMALL.map((path) => ({ path })),
    { path: 'onnx/text_model.onnx', tower: 'text', dtype: 'fp32' },
    { path: 'onnx/vision_model.onnx', tower: 'vision', dtype: 'fp32' },
  ],
  combined: [...SMALL.map((path) => ({ path })), { path: 'onnx/model.onnx', dtype: 'fp32' }],
  'open-clip': [
    { path: 'text.onnx', tower: 'text', dtype: 'fp32' },
    { path: 'text.onnx_data', tower: 'text', dtype: 'fp32', optional: true },
    { path: 'image.onnx', tower: 'vision', dtype: 'fp32' },
    { path: 'tokenizer.json' },
  ],
};

/** An entry as somebody writes it: a text in JSON, read as the registry is. */
async function entry(repository: string, layout: string, changes: Partial<RegistryEntry> = {}): Promise<RegistryEntry> {
  const files = (LAYOUTS[layout] ?? []).map(async (file) => {
    const content = await readFile(join(work, repository, file.path ?? '')).catch(() => undefined);
    const sha256 = content && createHash('sha256').update(content).digest('hex');
    return { ...file, bytes: content?.length ?? null, sha256: sha256 ?? null };
  });
  const half = [0.5, 0.5, 0.5];
  const padded = layout === 'open-clip' ? { padToken: '!' } : {}; // it has no file that says it
  const text = { length: 32, padding: 'as the tower asks', lowercase: true, ...padded };
  const json = JSON.stringify([
    {
      ...{ id: `a-${repository}`, title: 'Added', for: 'tests', family: repository === 'siglip' ? 'siglip' : 'clip' },
      ...{ layout, repository: `nobody/${repository}`, revision: REVISION, original: 'nobody/original' },
      ...{ dim: 40, imageSize: 32, text },
      preprocessing: { resize: 'squash', interpolation: 'bilinear', mean: half, std: half },
      licence: { name: 'CC0', commercial: true, accept: false },
      ...{ languages: ['none'], quality: [], notes: '', unverified: [], files: await Promise.all(files), ...changes },
    },
  ]);
  return parseRegistry(json)[0] as RegistryEntry;
}

function pull(one: RegistryEntry, changes: Partial<Parameters<typeof pullModel>[1]> = {}) {
  const options = { modelsFolder, cacheFolder, dtypes: [], acceptsLicence: false, pauseMs: 1 };
  return pullModel(one, { ...options, log: (line) => lines.push(line), ...changes });
}

test.each([
  ['clip', 'transformers'],
  ['siglip', 'transformers'],
  ['combined', 'combined'],
  ['open-clip', 'open-clip'],
])('one entry is a model that searches: %s, laid out as %s', async (repository, layout) => {
  const manifest = await pull(await entry(repository, layout));
  expect(manifest).toMatchObject({ id: `a-${repository}`, dim: 40, imageSize: 32, revision: REVISION });
  expect(manifest.family).toBe(repository === 'siglip' ? 'siglip' : 'clip');
  const encoder = await createNodeQueryEncoder({ modelsFolder, modelId: manifest.id });
  expect(await encoder.encode('a red apple')).toHaveLength(40);
  expect(await verifyModel(modelsFolder, manifest.id)).toEqual([]);
  expect(lines.filter((line) => line.includes('please report'))).toEqual([]);
  expect(await readdir(cacheFolder)).toEqual([]);
});

test('texts and pictures of a model that says nothing of itself are prepared as its entry says', async () => {
  const { id } = await pull(await entry('open-clip', 'open-clip'));
  const settings = JSON.parse(await readFile(join(modelsFolder, id, 'preprocessor_config.json'), 'utf8'));
  expect(settings).toMatchObject({ size: { height: 32, width: 32 }, resample: 2, image_mean: [0.5, 0.5, 0.5] });
  expect(settings.do_center_crop).toBe(false);
  const tokenizer = JSON.parse(await readFile(join(modelsFolder, id, 'tokenizer_config.json'), 'utf8'));
  expect(tokenizer.pad_token).toBe('!');
});

test('what the registry says wrongly of a model is said', async () => {
  await pull(await entry('clip', 'transformers', { dim: 41, imageSize: 33 }));
  expect(lines.filter((line) => line.includes('please report'))).toEqual([
    'The registry says 41 (dimensions), and the model has 40: please report that.',
    'The registry says 33 (pixels), and the model has 32: please report that.',
  ]);
});

test('a lost connection and a later run go on where it was, and progress goes up', async () => {
  const one = await entry('clip', 'transformers');
  hub.breaksOff = { path: 'onnx/text_model.onnx', bytes: 300_000 };
  const seen: number[] = [];
  await pull(one, { onProgress: (file, loaded) => void (file === 'onnx/text_model.onnx' && seen.push(loaded)) });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  const size = one.files.find(({ path }) => path === 'onnx/text_model.onnx')?.bytes;
  expect(seen.at(-1)).toBe(size);
  expect(hub.asked.some(({ range }) => /^bytes=[1-9]/.test(range ?? ''))).toBe(true);
});

test('a run that was stopped leaves no model; the next one brings only the rest', async () => {
  const one = await entry('clip', 'transformers');
  const stop = new AbortController();
  const onProgress = (file: string, loaded: number) => {
    if (file === 'onnx/vision_model.onnx' && loaded > 0) stop.abort();
  };
  await expect(pull(one, { signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(modelsFolder).catch(() => [])).toEqual([]);
  hub.asked.length = 0;
  await pull(one);
  expect(hub.asked.some(({ path }) => path.includes('tokenizer.json'))).toBe(false);
  expect(await verifyModel(modelsFolder, one.id)).toEqual([]);
});

test('a token is for the hub alone, and opens what it gates', async () => {
  const one = await entry('clip', 'transformers');
  hub.gated.add('nobody/clip');
  await expect(pull(one)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(
      /does not give config\.json to everybody \(401\): accept its terms there, and set HF_TOKEN/,
    ),
  });
  await pull(one, { token: 'secret' });
  const tokens = hub.asked.filter(({ token }) => token === 'Bearer secret').map(({ path }) => path);
  expect(tokens.length).toBe(one.files.length);
  expect(tokens.every((path) => path.startsWith('/nobody/clip/'))).toBe(true);
});

test('a base address serves as a mirror: by the paths of the repository, or by where files go', async () => {
  const one = await entry('open-clip', 'open-clip');
  const from = `${hub.origin}/nobody/open-clip/resolve/${REVISION}`;
  const moved = one.files.map((file) =>
    file.path === 'image.onnx' ? { ...file, path: 'elsewhere/vision.onnx', as: 'image.onnx' } : file,
  );
  await pull({ ...one, repository: 'nobody/gone', files: moved }, { from });
  expect(await verifyModel(modelsFolder, one.id)).toEqual([]);
});

const failures: readonly [string, Partial<RegistryEntry>, string, RegExp][] = [
  [
    'a repository that is gone',
    { repository: 'nobody/gone' },
    'download-failed',
    /^config\.json is not \(or no longer\) at http/,
  ],
  [
    'a licence that nobody accepted',
    { licence: { name: 'research only', commercial: false, accept: true } },
    'usage',
    /^Added may not be used commercially \(research only; .*\)\. If that suits you, add --accept-licence/,
  ],
];

test.each(failures)('%s: one line, and nothing is left', async (_, changes, code, message) => {
  const failed = pull(await entry('clip', 'transformers', changes));
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  await expect(failed).rejects.toThrow(/^[^\n]{1,300}$/);
  expect(await readdir(modelsFolder).catch(() => [])).toEqual([]);
});

test('a file with another hash, no room, and no network: one line each, and nothing is left', async () => {
  const one = await entry('clip', 'transformers');
  const withTower = (change: Partial<RegistryFile>) => ({
    ...one,
    files: one.files.map((file) => (file.tower === 'vision' ? { ...file, ...change } : file)),
  });
  await expect(pull(withTower({ sha256: 'b'.repeat(64) }))).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(/^onnx\/vision_model\.onnx from .* has the SHA-256 .*, not b+: it is not the file/),
  });
  await expect(pull(withTower({ bytes: 2 ** 50 }))).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringMatching(/^Added needs [\d.]+ GB while it is added, and .* has [\d.]+ GB left\.$/),
  });
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
  await rm(cacheFolder, { recursive: true });
  await expect(pull(one)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringMatching(/^127\.0\.0\.1:9 was not reached for config\.json .* name a mirror with --from\.$/),
  });
  expect(await readdir(modelsFolder).catch(() => [])).toEqual([]);
});

test('the embedded model is not pulled', async () => {
  const one = await entry('clip', 'transformers', { layout: 'embedded', title: 'Mine' });
  await expect(pull(one)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('comes with') });
});
