/** Model folders as exporters, hubs and downloads leave them. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_MODEL, type ModelManifest } from '../../../src/engine/model/model.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { addModel } from '../add-model.ts';
import { writeRandomModel } from '../random-model.ts';
import { varint } from './left-by-download.ts';

export const TEXT_TOWER = 'onnx/text_model.onnx';
export const VISION_TOWER = 'onnx/vision_model.onnx';

/** What a download or an exporter does to a folder. */
export type Change = (folder: string) => Promise<unknown>;

export interface ModelWorkplace {
  /** Holds `base`, a whole folder of a small model, and changed copies of it. */
  readonly work: string;
  readonly modelsFolder: string;
  /** Add a changed copy of the small model under a name of its own. */
  add(change: Change): Promise<{ id: string; manifest: ModelManifest; notes: string[]; files: string[] }>;
  remove(): Promise<void>;
}

export async function modelWorkplace(): Promise<ModelWorkplace> {
  const work = await mkdtemp(join(tmpdir(), 'afterimage-model-folders-'));
  const modelsFolder = join(work, 'models');
  await mkdir(modelsFolder);
  await writeSmallModel(join(work, 'base'));
  let count = 0;
  return {
    work,
    modelsFolder,
    async add(change) {
      const id = `m${count++}`;
      const folder = await copyOf(join(work, 'base'), join(work, id));
      await change(folder);
      const notes: string[] = [];
      const manifest = await addModel({ folder, modelsFolder, id, log: (line) => notes.push(line) });
      return { id, manifest, notes, files: manifest.files.map(({ path }) => path) };
    },
    remove: () => rm(work, { recursive: true, force: true }),
  };
}

/** Other settings of the image processor. */
export const preprocessor = (change: Json) => (folder: string) =>
  changeJson(join(folder, 'preprocessor_config.json'), (config) => ({ ...config, ...change }));

/** A small CLIP folder with random weights, whose text tower sees padding. */
function writeSmallModel(folder: string): Promise<void> {
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  return writeRandomModel({ folder, tokenizerFrom, vocabulary: 10_240, dim: 32, imageSize: 32, seed: 7 });
}

/** A copy of `folder` at `to`. */
export async function copyOf(folder: string, to: string): Promise<string> {
  await cp(folder, to, { recursive: true });
  return to;
}

type Json = Record<string, unknown>;

export async function changeJson(path: string, change: (value: Json) => Json): Promise<void> {
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
}

/** As `git clone` leaves a large file where Git LFS is not installed. */
export const LFS_POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 254058553\n`;
export const SIGN_IN = '<!DOCTYPE html><html><title>Sign in</title></html>';

/**
 * Put a tower's weights into a file beside it, as PyTorch's exporter does.
 * @param location of the file, as the graph is to say it: relative to the tower's folder
 * @param bare leave out offset and length where they say nothing, as exporters do for a tensor alone in its file
 */
export async function putWeightsBeside(folder: string, tower: string, location: string, bare = false): Promise<void> {
  const path = join(folder, tower);
  const target = join(dirname(path), location);
  const data: Buffer[] = [await readFile(target).catch(() => Buffer.alloc(0))];
  const graph = await readFile(path);
  const moved = replaceField(graph, 7, (body) =>
    replaceField(body, 5, (tensor) => withoutWeights(tensor, location, data, bare)),
  );
  await mkdir(dirname(target), { recursive: true });
  await writeFile(path, moved);
  await writeFile(target, Buffer.concat(data));
}

/** Of a TensorProto: raw_data is field 9, external_data 13, data_location 14. */
function withoutWeights(tensor: Buffer, location: string, data: Buffer[], bare: boolean): Buffer {
  const parts = fieldsOf(tensor);
  const raw = parts.find(({ number }) => number === 9);
  if (!raw) return tensor;
  const offset = data.reduce((sum, { length }) => sum + length, 0);
  data.push(raw.body);
  const said = bare && offset === 0 ? { location } : { location, offset, length: raw.body.length };
  const entries = Object.entries(said).map(([key, value]) =>
    field(13, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(String(value)))])),
  );
  return Buffer.concat([
    ...parts.filter((part) => part !== raw).map(({ whole }) => whole),
    ...entries,
    Buffer.from([14 << 3, 1]),
  ]);
}

function replaceField(bytes: Buffer, wanted: number, change: (body: Buffer) => Buffer): Buffer {
  return Buffer.concat(
    fieldsOf(bytes).map(({ number, body, whole }) => (number === wanted ? field(number, change(body)) : whole)),
  );
}

/** The fields of a message; `body` is empty for numbers. */
function fieldsOf(bytes: Buffer): { readonly number: number; readonly body: Buffer; readonly whole: Buffer }[] {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const key = varint(bytes, at) ?? { value: 0, end: bytes.length };
    const next = varint(bytes, key.end) ?? { value: 0, end: bytes.length };
    const isLong = key.value % 8 === 2;
    at = isLong ? next.end + next.value : next.end;
    const body = isLong ? bytes.subarray(next.end, at) : Buffer.alloc(0);
    fields.push({ number: key.value >> 3, body, whole: bytes.subarray(start, at) });
  }
  return fields;
}

export function field(number: number, body: Buffer): Buffer {
  return Buffer.concat([varintOf(number * 8 + 2), varintOf(body.length), body]);
}

function varintOf(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
