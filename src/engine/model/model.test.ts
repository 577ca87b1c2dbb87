import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AfterimageError } from '../errors.ts';
import { DEFAULT_MODEL, type ModelManifest, parseModelManifest, stringifyModelManifest } from './model.ts';

const valid: ModelManifest = {
  format: 'afterimage-model',
  version: 1,
  id: 'clip-vit-base-patch32',
  title: 'CLIP [ViT-B/32]',
  family: 'clip',
  dim: 3,
  imageSize: 224,
  text: { maxLength: 77, padding: 'none', lowercase: true, skipLeading: ['a'], keepBefore: ['to'] },
  dtypes: { wasm: 'q8', webgpu: 'fp16', cpu: 'fp32' },
  files: [
    { path: 'config.json', sha256: 'a'.repeat(64), bytes: 10 },
    { path: 'onnx/text_model.onnx', sha256: 'b'.repeat(64), bytes: 20 },
  ],
  golden: [
    { text: 'a [1, 2] dog', dtype: 'fp32', embedding: [0.6, -0.8, 0] },
    { text: 'a rocket', dtype: 'q8', embedding: [1, 1e-7, 0] },
  ],
  can: 'Finds things.',
  cannot: 'Counts nothing.',
  licence: 'MIT',
  source: null,
  revision: null,
};

const part = { path: 'config.json.1.part', sha256: 'c'.repeat(64), bytes: 10 };
const invalid = expect.objectContaining({ code: 'model-invalid' });
const parse = (changes: object) => parseModelManifest(JSON.stringify({ ...valid, ...changes }));

test('what was written is read', () => {
  expect(parseModelManifest(stringifyModelManifest(valid))).toEqual(valid);
});

test('what was left out or split for hosting is read too', () => {
  const files = [{ path: 'config.json', sha256: 'a'.repeat(64), bytes: 20, parts: [part, part] }];
  const packaged = { ...valid, files, omittedVision: ['d'.repeat(64)] };
  expect(parseModelManifest(stringifyModelManifest(packaged))).toEqual(packaged);
});

test('an older model.json leaves no leading words out', () => {
  const { skipLeading: _skip, keepBefore: _keep, ...text } = valid.text;
  expect(parse({ text })).toEqual({ ...valid, text: { ...text, skipLeading: [], keepBefore: [] } });
});

test('a golden vector takes one line', () => {
  const lines = stringifyModelManifest(valid).split('\n');
  expect(lines.filter((line) => line.includes('"embedding"'))).toEqual([
    '      "embedding": [0.6, -0.8, 0]',
    '      "embedding": [1, 1e-7, 0]',
  ]);
});

test('a prepared tower is read, one tensor a line', () => {
  const tensors = [
    { to: 0, at: 7, bytes: 8 },
    { to: 8, at: 15, bytes: 4, scalesAt: 0, scales: 2, run: 2 },
  ];
  const prepared = { ...valid, prepared: { dtype: 'q8', tensors } } as const;
  const source = stringifyModelManifest(prepared);
  expect(parseModelManifest(source)).toEqual(prepared);
  expect(source.split('\n')).toContain('      { "to": 0, "at": 7, "bytes": 8 },');
});

test('nothing is written that could not be read', () => {
  expect(() => stringifyModelManifest({ ...valid, files: [] })).toThrow(invalid);
});

test.each<[string, object]>([
  ['format', { format: 'afterimage-collection' }],
  ['version', { version: 2 }],
  ['id', { id: '../elsewhere' }],
  ['family', { family: 'blip' }],
  ['dim', { dim: 0 }],
  ['imageSize', { imageSize: 22.4 }],
  ['text.padding', { text: { ...valid.text, padding: 'longest' } }],
  ['text.lowercase', { text: { ...valid.text, lowercase: 'yes' } }],
  ['text.skipLeading', { text: { ...valid.text, skipLeading: 'a' } }],
  ['text.keepBefore', { text: { ...valid.text, keepBefore: [1] } }],
  ['dtypes.webgpu', { dtypes: { ...valid.dtypes, webgpu: 'fp64' } }],
  ['files[0].path', { files: [{ ...valid.files[0], path: '../../secret' }] }],
  ['files[0].sha256', { files: [{ ...valid.files[0], sha256: 'A'.repeat(64) }] }],
  ['files[0].bytes', { files: [{ ...valid.files[0], bytes: 1e15 }] }],
  ['files[0].parts[0].path', { files: [{ ...valid.files[0], parts: [{ ...part, path: '/x' }] }] }],
  ['files[0].parts[0].bytes', { files: [{ ...valid.files[0], parts: [{ ...part, bytes: 2 ** 25 }] }] }],
  ['files[0] has parts of 9 bytes', { files: [{ ...valid.files[0], parts: [{ ...part, bytes: 9 }] }] }],
  ['prepared.dtype', { prepared: { dtype: 'fp64', tensors: [] } }],
  ['prepared.tensors[0].at', { prepared: { dtype: 'q8', tensors: [{ to: 0, at: -1, bytes: 1 }] } }],
  ['has only a part of', { prepared: { dtype: 'q8', tensors: [{ to: 0, at: 0, bytes: 1, scalesAt: 1 }] } }],
  ['omittedVision[0]', { omittedVision: ['x'] }],
  ['names a file twice', { files: [valid.files[0], valid.files[0]] }],
  ['names no files', { files: [] }],
  ['no golden vectors', { golden: [] }],
  ['golden vector', { golden: [{ ...valid.golden[0], embedding: [0.6, 0.8] }] }],
  ['golden vector', { golden: [{ ...valid.golden[0], embedding: [0.6, 0.9, 0] }] }],
  ['golden[0].embedding[2]', { golden: [{ ...valid.golden[0], embedding: [0.6, 0.8, null] }] }],
  ['unknown member "extra"', { extra: 1 }],
])('a wrong %s is named', (where, changes) => {
  expect(() => parse(changes)).toThrow(invalid);
  expect(() => parse(changes)).toThrow(where);
});

test('no text makes the parser throw anything but its coded error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (source) => {
      expect(() => parseModelManifest(source)).toThrow(AfterimageError);
      expect(() => parseModelManifest(source)).toThrow(invalid);
    }),
  );
});

test('the embedded model has a valid model.json', async () => {
  const path = new URL(`../../../public/models/${DEFAULT_MODEL}/model.json`, import.meta.url);
  expect(parseModelManifest(await readFile(path, 'utf8')).id).toBe(DEFAULT_MODEL);
});

const calibration = {
  ...{
    features: ['height', 'gap'],
    mean: [2, 1],
    deviation: [1, 1],
    weights: [0, 1, 2, 3, 4, 5],
    sure: 0.5,
    fair: 0.2,
  },
} as const;

test('a calibration is read, and what does not fit together is refused', () => {
  expect(parse({ calibration }).calibration).toEqual(calibration);
  expect(parse({}).calibration).toBeUndefined();
  for (const change of [
    { features: [] },
    { features: ['height', 'height'] },
    { features: ['height', 'luck'] },
    { mean: [1] },
    { deviation: [1, 0] },
    { weights: [1, 2, 3] },
    { sure: 1.5 },
    { fair: 0.6 },
  ]) {
    expect(() => parse({ calibration: { ...calibration, ...change } }), JSON.stringify(change)).toThrow(invalid);
  }
});
