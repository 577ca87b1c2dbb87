import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_MODEL, type ModelManifest, stringifyModelManifest } from '../../src/engine/model/model.ts';
import { readModelManifest } from '../../src/platform/models/model-folder.node.ts';
import { storedFolder } from '../indexing/fixtures/stored.ts';
import { listModels } from '../models/list-models.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';

/** Code whose text compresses well, in the place of a bundle. */
export const CODE = 'export const nothing = 0;\n'.repeat(200);

const APP: Readonly<Record<string, string>> = {
  'index.html':
    '<link rel="icon" href="./icons/icon.svg"><script src="./boot.js"></script>' +
    '<script type="module" src="./assets/page-a1.js"></script><link rel="stylesheet" href="./assets/page-b2.css">',
  'sw.js':
    'x([{"revision":"1","url":"index.html"},{"revision":null,"url":"assets/detail-c3.js"},{"revision":null,"url":"assets/onnxruntime-wasm-0.wasm"}])',
  'boot.js': '1',
  _headers: 'of an older version',
  'build.json': '{"fingerprint":"f","base":"./","data":true}',
  'screenshot.png': 'screenshot',
  'icons/icon.svg': '<svg/>',
  'assets/page-a1.js': CODE,
  'assets/page-a1.js.map': '{}',
  'assets/page-b2.css': 'p{}',
  'assets/detail-c3.js': CODE,
  'assets/query.worker-d4.js': CODE,
  'assets/clip.browser-e5.js': CODE,
  'assets/clip-vision.browser-f6.js': CODE,
  'assets/onnxruntime-wasm-1.js': CODE,
  'assets/onnxruntime-webgpu-1.js': CODE,
  'assets/onnxruntime-wasm-0.wasm': '\0asm',
  'assets/onnxruntime-webgpu-0.wasm': '\0asm of another device',
};

/** A built site with two small collections, `codes` and `hnsw`, and files in the place of the app and the model. */
export async function writeSite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(storedFolder(3), 'collections'), join(folder, 'collections'), { recursive: true });
  await writeFiles(folder, APP);
  await writeModel(folder, DEFAULT_MODEL);
  await listModels(join(folder, 'models'));
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** A model whose files hold nothing but their own names; its text tower lies in two parts. */
export async function writeModel(folder: string, id: string): Promise<void> {
  const { prepared: _prepared, ...manifest } = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  const paths = [
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'onnx/text_model.onnx',
    'onnx/vision_model.onnx',
  ];
  const files = paths.map((path) => {
    if (path !== 'onnx/text_model.onnx') return { path, ...hashed(path) };
    const parts = ['first', 'second'].map((part) => ({
      path: `${path}.${part}.part`,
      ...hashed(`${path}.${part}.part`),
    }));
    return { path, ...hashed(parts.map((part) => part.path).join('')), parts };
  });
  const model: ModelManifest = { ...manifest, id, files };
  const stored = files.flatMap((file) => ('parts' in file && file.parts) || [file]).map(({ path }) => path);
  await writeFiles(join(folder, 'models', id), {
    ...Object.fromEntries(stored.map((path) => [path, path])),
    'model.json': stringifyModelManifest(model),
    'MODEL.md': 'What it can do.',
  });
}

function hashed(content: string) {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

export const textOf = (folder: string, path: string) => readFile(join(folder, path), 'utf8');
