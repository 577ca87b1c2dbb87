import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadNodeReranker } from '../../../src/platform/rerankers/blip-itm.node.ts';
import { paintedPicture, selfTest } from '../../../src/platform/rerankers/self-test.ts';
import { removeModel, verifyModel } from '../installed.ts';
import { pullModel } from '../pull/pull.ts';
import { findEntry, readRegistry } from '../registry/registry.ts';
import { addReranker, isReranker } from './add-reranker.ts';
import { installedRerankers } from './installed-rerankers.ts';

const TINY = fileURLToPath(new URL('../../../src/platform/rerankers/fixtures/random-blip-itm/', import.meta.url));
let work = '';
const at = (...path: string[]) => join(work, ...path);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-reranker-'));
  await cp(TINY, at('exported'), { recursive: true });
  await cp(at('exported/onnx/model.onnx'), at('exported/onnx/model_quantized.onnx'));
  await addReranker({ folder: at('exported'), modelsFolder: at('models'), id: 'tiny', described: { title: 'Tiny' } });
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('an exported folder becomes a reranker, which answers as it did when it was added', async () => {
  expect(await isReranker(at('exported'))).toBe(true);
  const [manifest] = await installedRerankers(at('models'));
  expect(manifest).toMatchObject({
    id: 'tiny',
    title: 'Tiny',
    imageSize: 384,
    text: { maxLength: 35, firstToken: null },
  });
  expect(manifest?.dtypes).toEqual({ wasm: 'q8', webgpu: 'fp32', cpu: 'fp32' });
  const reranker = await loadNodeReranker(at('models'), 'tiny');
  const { deviation, msPerPicture } = await selfTest(reranker, manifest?.golden ?? [], 'fp32');
  expect(deviation).toBeLessThan(0.001);
  expect(msPerPicture).toBeGreaterThan(0);
  const other = (manifest?.golden ?? []).map((one) => ({ ...one, match: one.match < 0.5 ? 1 : 0 }));
  await expect(selfTest(reranker, other, 'fp32')).rejects.toMatchObject({ code: 'device-nonsense' });
  // Texts and pictures matter.
  const pictures = [paintedPicture('checkers', 384), paintedPicture('slope', 384)];
  const [a, b] = [await reranker.score('a cat', pictures), await reranker.score('two children in the sea', pictures)];
  expect(new Set([...a, ...b].map((match) => match.toFixed(3))).size).toBe(4);
  await reranker.dispose();
});

test('it is verified and removed like a model', async () => {
  await cp(at('models'), at('listed'), { recursive: true });
  expect(await verifyModel(at('listed'), 'tiny')).toEqual([]);
  await writeFile(at('listed/tiny/tokenizer.json'), '{}');
  expect(await verifyModel(at('listed'), 'tiny')).toEqual([expect.stringMatching(/^tokenizer\.json has 2 bytes/)]);
  await expect(loadNodeReranker(at('listed'), 'tiny')).rejects.toMatchObject({ code: 'part-corrupt' });
  await removeModel(at('listed'), 'tiny');
  expect(await installedRerankers(at('listed'))).toEqual([]);
});

test('weights as they are published, and folders that miss something, are refused with what makes them', async () => {
  const add = (folder: string) => addReranker({ folder, modelsFolder: at('refused'), id: 'tiny' });
  await cp(at('exported'), at('published'), { recursive: true });
  await writeFile(at('published/config.json'), '{"model_type":"blip"}');
  await expect(add(at('published'))).rejects.toThrow(/not exported by scripts\/train\/export_blip_itm\.py/);
  await cp(at('exported'), at('empty'), { recursive: true });
  await rm(at('empty/onnx'), { recursive: true });
  await expect(add(at('empty'))).rejects.toThrow(/has no onnx\/model\.onnx/);
  await cp(at('exported'), at('other'), { recursive: true });
  await rm(at('other/onnx/model_quantized.onnx'));
  await cp(
    fileURLToPath(new URL('../../../public/models/afterimage-mini/onnx/text_model.onnx', import.meta.url)),
    at('other/onnx/model.onnx'),
  );
  await expect(add(at('other'))).rejects.toMatchObject({ code: 'model-invalid' });
  expect(await readdir(at('refused')).catch(() => [])).toEqual([]);
});

test('what nobody publishes is not pulled, and the script that makes it is named', async () => {
  const entry = findEntry(await readRegistry(), 'blip-itm-base-coco');
  const options = {
    modelsFolder: at('models'),
    cacheFolder: at('cache'),
    dtypes: [],
    acceptsLicence: false,
    log: () => {},
  };
  await expect(pullModel(entry, options)).rejects.toThrow(
    /nobody publishes .* as ONNX.*python3 scripts\/train\/export_blip_itm\.py/s,
  );
});
