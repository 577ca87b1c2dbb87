import { expect, test } from 'vitest';
import { parseRerankerManifest, type RerankerManifest, stringifyRerankerManifest } from './reranker.ts';

const FILE = { path: 'onnx/model.onnx', bytes: 3, sha256: 'a'.repeat(64) };
const manifest: RerankerManifest = {
  format: 'afterimage-reranker',
  version: 1,
  id: 'tiny',
  title: 'Tiny',
  family: 'blip-itm',
  imageSize: 384,
  text: { maxLength: 35, firstToken: null },
  dtypes: { wasm: 'q8', webgpu: 'fp32', cpu: 'fp32' },
  files: [FILE],
  golden: [
    { text: 'a dog', picture: 'checkers', dtype: 'fp32', match: 0.1 },
    { text: 'a dog', picture: 'checkers', dtype: 'q8', match: 0.12 },
  ],
  licence: 'BSD-3-Clause',
  source: null,
  revision: null,
};

test('what is written is read', () => {
  expect(parseRerankerManifest(stringifyRerankerManifest(manifest))).toEqual(manifest);
});

test.each([
  ['a file twice', { files: [FILE, FILE] }, 'names a file twice'],
  ['a device without a golden match', { golden: [manifest.golden[0]] }, 'has no golden match in q8'],
  ['no probability', { golden: [{ ...manifest.golden[0], match: 2 }] }, 'is no probability'],
  ['a file outside its folder', { files: [{ ...FILE, path: '../x.onnx' }] }, 'path'],
  ['another version', { version: 2 }, 'version'],
])('%s is refused', (_what, change, problem) => {
  const source = JSON.stringify({ ...manifest, ...change });
  expect(() => parseRerankerManifest(source)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  expect(() => parseRerankerManifest(source)).toThrow(problem);
});
