import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeNpyHeader, encodeNpyRows } from '../../../src/engine/formats/npy.ts';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { clusteredVectors, flatten } from '../../../src/engine/numeric/testing-vectors.ts';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import { MODELS_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { merge } from '../merge.ts';
import { filesBelow, openCollection, temporaryFolder } from '../testing.ts';
import { createVectorImporter } from './import-vectors.ts';

const [COUNT, DIM] = [1500, 256];
const flat = flatten(clusteredVectors(COUNT, DIM), DIM);
const HNSW = { M: 8, efConstruction: 50, efSearch: 50 };

async function writeArray(path: string, from = 0, to = COUNT): Promise<string> {
  const header = encodeNpyHeader({ dtype: 'f4', rows: to - from, dim: DIM });
  await writeFile(path, Buffer.concat([header, encodeNpyRows(flat.subarray(from * DIM, to * DIM), 'f4')]));
  return path;
}

interface RunOptions {
  readonly onEvent?: (event: IndexEvent) => void;
  readonly signal?: AbortSignal;
  readonly index?: 'cells' | 'exact';
}

async function build(from: string, out: string, options: RunOptions = {}) {
  const { onEvent = () => {}, signal = new AbortController().signal, index = 'cells' } = options;
  const model = { modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL };
  const importer = await createVectorImporter({ from, out, ...model, hnsw: HNSW, index, encoding: 'int8' });
  return importer.run(signal, onEvent);
}

/** A run that is stopped as soon as it says that it does this. */
async function stopAt(task: string, run: (options: RunOptions) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const onEvent = (event: IndexEvent) =>
    event.type === 'progress' && event.task === task && controller.abort(new Error('stopped'));
  await expect(run({ onEvent, signal: controller.signal })).rejects.toThrow('stopped');
}

/** What the manifest says of the content. */
async function partsOf(out: string) {
  return (await openCollection(out)).manifest.parts;
}

test('an import of cells that was interrupted goes on, to the same bytes, and leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const from = await writeArray(join(folder, 'vectors.npy'));
  const whole = join(folder, 'whole/given');
  expect(await build(from, whole)).toMatchObject({ count: COUNT, index: 'cells', normalised: 0, unchanged: false });
  const right = await partsOf(whole);
  const out = join(folder, 'resumed/given');
  const notes: string[] = [];
  const onEvent = (event: IndexEvent) => event.type === 'note' && notes.push(event.message);
  for (const task of ['Codes', 'Cells', 'Cell sizes', 'Order']) await stopAt(task, (more) => build(from, out, more));
  expect(await build(from, out, { onEvent })).toMatchObject({ count: COUNT, unchanged: false, copies: 0 });
  expect(notes).toEqual(['Continuing a build that was interrupted: it has made vectors, codes, clusters, cells.']);
  expect(await partsOf(out)).toEqual(right);
  expect([...(await filesBelow(out)).keys()].filter((path) => path.includes('.partial'))).toEqual([]);
  expect(await build(from, out)).toMatchObject({ unchanged: true, removed: 0 });
  const fewer = await writeArray(join(folder, 'fewer.npy'), 0, 1000);
  expect(await build(fewer, out)).toMatchObject({ count: 1000, removed: 500, unchanged: false });
});

test('an array that has changed meanwhile is said to have, and which folder to delete', async () => {
  const folder = await temporaryFolder();
  const from = await writeArray(join(folder, 'vectors.npy'));
  const out = join(folder, 'site/given');
  await stopAt('Cells', (more) => build(from, out, more));
  await writeArray(from, 0, 1400);
  await expect(build(from, out)).rejects.toMatchObject({
    code: 'input-changed',
    message: expect.stringMatching(/ delete \S+[/\\]\.partial[/\\]cells\.$/),
  });
});

test('a process that is killed leaves what the next one goes on with', async () => {
  const folder = await temporaryFolder();
  const from = await writeArray(join(folder, 'vectors.npy'));
  const out = join(folder, 'site/given');
  const work = join(out, '.partial/cells');
  await mkdir(work, { recursive: true });
  const script = join(ROOT_FOLDER, 'scripts/build-index.ts');
  const args = [
    '--import',
    'tsx',
    script,
    '--from-npy',
    from,
    '--model',
    DEFAULT_MODEL,
    '--out',
    out,
    '--index',
    'cells',
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT_FOLDER, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const watcher = watch(work, () => {
    if (existsSync(join(work, 'code'))) child.kill('SIGKILL');
  });
  expect(await ended).toBe('SIGKILL');
  watcher.close();
  expect(JSON.parse(await readFile(join(work, 'state.json'), 'utf8'))).toMatchObject({ done: { vectors: {} } });
  const notes: string[] = [];
  const onEvent = (event: IndexEvent) => event.type === 'note' && notes.push(event.message);
  await build(from, out, { onEvent });
  expect(notes[0]).toMatch(/^Continuing a build that was interrupted/);
  const whole = join(folder, 'whole/given');
  await build(from, whole);
  expect(await partsOf(out)).toEqual(await partsOf(whole));
});

test('collections are merged into cells, which goes on after an interruption too', async () => {
  const folder = await temporaryFolder();
  const collections = [join(folder, 'shards/one'), join(folder, 'shards/two')];
  for (const [i, out] of collections.entries()) {
    await build(await writeArray(join(folder, `${i}.npy`), i * 750, (i + 1) * 750), out, { index: 'exact' });
  }
  const mergeInto = (name: string, { onEvent = () => {}, signal = new AbortController().signal }: RunOptions = {}) => {
    const out = join(folder, name, 'merged');
    const options = { collections, out, hnsw: HNSW, index: 'cells', encoding: 'int8' } as const;
    return merge(options, signal, onEvent);
  };
  expect(await mergeInto('whole')).toMatchObject({ count: COUNT, merged: 2, duplicates: 0, index: 'cells' });
  for (const task of ['Codes', 'Order']) await stopAt(task, (more) => mergeInto('resumed', more));
  expect(await mergeInto('resumed')).toMatchObject({ count: COUNT, unchanged: false });
  expect(await partsOf(join(folder, 'resumed/merged'))).toEqual(await partsOf(join(folder, 'whole/merged')));
  expect(await mergeInto('resumed')).toMatchObject({ unchanged: true, removed: 0 });
});
