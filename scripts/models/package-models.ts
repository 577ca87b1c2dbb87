import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MAX_PART_BYTES } from '../../src/engine/collection/types.ts';
import {
  type ModelFile,
  type ModelFilePart,
  type ModelManifest,
  parseModelManifest,
  stringifyModelManifest,
} from '../../src/engine/model/model.ts';
import {
  parseRerankerManifest,
  RERANKER,
  type RerankerManifest,
  stringifyRerankerManifest,
} from '../../src/engine/model/reranker.ts';
import { textFiles, visionFiles } from '../../src/platform/models/model-files.ts';
import { rerankerFiles } from '../../src/platform/rerankers/reranker-files.ts';
import { writePacked } from '../site/packed.ts';
import { listModels } from './list-models.ts';

/** What a model says of itself and of whose work it is: it goes wherever the model goes. */
const PAPERS = /^(?:licen[cs]e|notice|credits|readme|model)\b.*\.(?:md|txt|json)$|^(?:licen[cs]e|notice)$/i;

const VISION = /^onnx\/vision_model\w*\.onnx$/;

/**
 * Copy the models in `from` to `to` for a static host: only what a browser loads, and files over 20 MiB in parts. Folders
 * without a `model.json` or a `reranker.json` are left out.
 * @throws AfterimageError `model-invalid`.
 */
export async function packageModels(from: string, to: string, maxPartBytes = MAX_PART_BYTES): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => !entry.name.startsWith('.'))) {
    const read = (file: string) => readFile(join(from, name, file), 'utf8').catch(() => undefined);
    const [text, reranker] = [await read('model.json'), await read(RERANKER)];
    const paths = [join(from, name), join(to, name), maxPartBytes] as const;
    if (text !== undefined) await packageModel(parseModelManifest(text), ...paths);
    if (reranker !== undefined) await packageReranker(parseRerankerManifest(reranker), ...paths);
  }
  await listModels(to);
}

async function packageModel(manifest: ModelManifest, from: string, to: string, maxPartBytes: number): Promise<void> {
  await mkdir(to, { recursive: true });
  await copyPapers(from, to);
  const files: ModelFile[] = [];
  for (const file of browserFiles(manifest)) files.push(await packageFile(file, from, to, maxPartBytes));
  const packed = new Set(files.map(({ path }) => path));
  const omitted = manifest.files.filter(({ path }) => VISION.test(path) && !packed.has(path));
  const omittedVision = [...(manifest.omittedVision ?? []), ...omitted.map(({ sha256 }) => sha256)];
  const packaged = { ...manifest, files, omittedVision };
  await writeFile(join(to, 'model.json'), stringifyModelManifest(packaged));
}

async function packageReranker(
  manifest: RerankerManifest,
  from: string,
  to: string,
  maxPartBytes: number,
): Promise<void> {
  await mkdir(to, { recursive: true });
  await copyPapers(from, to);
  const needed = new Set([...rerankerFiles(manifest, 'wasm'), ...rerankerFiles(manifest, 'webgpu')]);
  const files: ModelFile[] = [];
  for (const file of needed) files.push(await packageFile(file, from, to, maxPartBytes));
  // What Node alone runs is not there.
  const dtypes = { ...manifest.dtypes, cpu: manifest.dtypes.wasm };
  const used = new Set(Object.values(dtypes));
  const golden = manifest.golden.filter(({ dtype }) => used.has(dtype));
  await writeFile(join(to, RERANKER), stringifyRerankerManifest({ ...manifest, dtypes, golden, files }));
}

async function copyPapers(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (PAPERS.test(name) && name !== 'model.json') await cp(join(from, name), join(to, name));
  }
}

/**
 * What a browser loads of a model: the text tower, and for pictures of its own the vision tower, in the precision of each of
 * its devices.
 */
function browserFiles(manifest: ModelManifest): readonly ModelFile[] {
  const devices = ['wasm', 'webgpu'] as const;
  const hasVision = manifest.files.some(({ path }) => VISION.test(path));
  const files = devices.flatMap((device) => [
    ...textFiles(manifest, device),
    ...(hasVision ? visionFiles(manifest, device) : []),
  ]);
  const paths = new Set(files.map(({ path }) => path));
  return manifest.files.filter(({ path }) => paths.has(path));
}

/** Copy a file, in parts where it is too large, and compressed besides where that helps. @returns its entry in `model.json`. */
async function packageFile(given: ModelFile, from: string, to: string, maxPartBytes: number): Promise<ModelFile> {
  const { packed: _, ...file } = given;
  await mkdir(dirname(join(to, file.path)), { recursive: true });
  if (file.bytes <= maxPartBytes) {
    await cp(join(from, file.path), join(to, file.path));
    return withPacked(file, await writePacked(join(to, file.path)));
  }
  const content = await readFile(join(from, file.path));
  const parts: ModelFilePart[] = [];
  for (let start = 0; start < content.length; start += maxPartBytes) {
    const bytes = content.subarray(start, start + maxPartBytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = `${file.path}.${sha256.slice(0, 16)}.part`;
    await writeFile(join(to, path), bytes);
    parts.push(withPacked({ path, sha256, bytes: bytes.length }, await writePacked(join(to, path))));
  }
  return { ...file, parts };
}

function withPacked<T extends ModelFilePart>(file: T, bytes: number | undefined): T {
  return bytes === undefined ? file : { ...file, packed: { by: 'gzip', bytes } };
}
