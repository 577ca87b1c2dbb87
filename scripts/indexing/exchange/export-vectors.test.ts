import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import { toFloat32 } from '../../../src/engine/collection/vectors/stored-vectors.ts';
import { readNpy } from '../../../src/engine/formats/npy.ts';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { type ExportOptions, exportVectors } from '../../../src/platform/exchange/export-vectors.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { createCollectionBuilder } from '../build-collection.ts';
import { openFolder } from '../merge.ts';
import { asExported, buildOptions, createFakeEncoder, draw, filesBelow, temporaryFolder } from '../testing.ts';
import { createVectorImporter } from './import-vectors.ts';

const HNSW = { M: 8, efConstruction: 50, efSearch: 50 };
const NAMES = ['<b>.png', 'a\nb.png', 'sub/猫.png'];

async function workplace() {
  const folder = await temporaryFolder();
  const [pictures, built] = [join(folder, 'pictures'), join(folder, 'site/collections/built')];
  for (const [i, name] of NAMES.entries()) await draw(join(pictures, name), i);
  const captions = join(folder, 'captions.json');
  await writeFile(captions, JSON.stringify({ 'sub/猫.png': { title: 'A “cat”, asleep' } }));
  const plain = { captions, index: 'exact', encoding: 'f32' } as const;
  const options = { ...buildOptions([pictures], built, createFakeEncoder()), ...plain };
  await (await createCollectionBuilder(options)).run(new AbortController().signal, () => {});
  const out = join(folder, 'exported');
  const { collection } = await openFolder(built);
  return {
    collection,
    out,
    built,
    folder,
    write: (more: Partial<ExportOptions> = {}) => {
      const signal = new AbortController().signal;
      const given = { dtype: 'f4', metadata: 'parquet' } as const;
      return exportVectors({ collection, out, ...given, signal, onEvent: () => {}, ...more });
    },
  };
}

async function itemsOf(folder: string) {
  const { collection } = await openFolder(folder);
  return { vectors: toFloat32(await collection.vectors()), items: await collection.allItems() };
}

test.each(['parquet', 'jsonl'] as const)(
  'exported with %s and imported again, the rows are the same',
  async (metadata) => {
    const { write, out, folder, built } = await workplace();
    expect(await write({ metadata })).toMatchObject({
      count: 3,
      dim: 256,
      files: ['img_emb/img_emb_0.npy', `metadata/metadata_0.${metadata}`],
    });
    const again = join(folder, 'site/collections/again');
    const importer = await createVectorImporter({
      ...{ from: out, out: again, modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL, hnsw: HNSW },
      ...{ index: 'exact' as const, encoding: 'f32' as const },
    });
    expect(await importer.run(new AbortController().signal, () => {})).toMatchObject({ count: 3, normalised: 0 });
    const [before, after] = await Promise.all([itemsOf(built), itemsOf(again)]);
    expect(after.items).toEqual(before.items.map((item) => ({ ...asExported(item), thumbnail: null, preview: null })));
    for (const [i, value] of after.vectors.entries()) expect(value).toBeCloseTo(before.vectors[i] as number, 6);
  },
);

test('another reader finds the columns of clip-retrieval, and halves where they are asked for', async () => {
  const { write, out, built } = await workplace();
  await write({ dtype: 'f2' });
  const bytes = await readFile(join(out, 'metadata/metadata_0.parquet'));
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file });
  expect(rows.map(({ image_path }) => image_path)).toEqual(NAMES);
  expect(rows.map(({ caption }) => caption)).toEqual([null, null, 'A “cat”, asleep']);
  const { header, batches } = await readNpy([await readFile(join(out, 'img_emb/img_emb_0.npy'))]);
  expect(header).toMatchObject({ dtype: 'f2', rows: 3, dim: 256 });
  const { vectors } = await itemsOf(built);
  for await (const batch of batches) {
    for (const [i, value] of batch.entries()) expect(value).toBeCloseTo(vectors[i] as number, 3);
  }
});

test.each(['parquet', 'jsonl'] as const)('a disk that takes less than it is given: %s is whole', async (metadata) => {
  const { write, out } = await workplace();
  await write({ metadata });
  const whole = await filesBelow(out);
  const file = await open(join(out, 'file'), 'w');
  await file.close();
  const prototype: FileHandle = Object.getPrototypeOf(file);
  const writeBytes = prototype.write as (this: FileHandle, bytes: Uint8Array) => Promise<unknown>;
  const spy = vi.spyOn(prototype, 'write') as unknown as MockInstance<typeof writeBytes>;
  spy.mockImplementation(function (this: FileHandle, bytes) {
    return writeBytes.call(this, Buffer.from(bytes).subarray(0, Math.ceil(bytes.length / 2)));
  });
  onTestFinished(() => spy.mockRestore());
  await rm(out, { recursive: true });
  await write({ metadata });
  expect(await filesBelow(out)).toEqual(whole);
});

test('an export is not mixed with another one', async () => {
  const { write, out } = await workplace();
  await write();
  await write();
  await expect(write({ metadata: 'jsonl' })).rejects.toMatchObject({ code: 'usage' });
  await writeFile(join(out, 'img_emb/img_emb_1.npy'), '');
  const before = [...(await filesBelow(out)).keys()];
  await expect(write()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('img_emb_1.npy') });
  expect([...(await filesBelow(out)).keys()]).toEqual(before);
});
