import { readCollection } from '../../../../../src/engine/collection/reader.ts';
import type { VectorIndex } from '../../../../../src/engine/index/vector-index.ts';
import type { Embedding } from '../../../../../src/engine/numeric/embedding.ts';
import type { ByteSource } from '../../../../../src/engine/ports.ts';
import { sha256 } from '../../../../../src/platform/hashes/sha256.ts';
import type { EngineRequest } from '../../../../../src/platform/indexes/choose-engine.ts';
import { type LoadedIndex, loadIndex } from '../../../../../src/platform/indexes/compose-search.ts';
import { COLLECTION, ORDER_FILE } from '../../protocol.ts';
import type { Engine, Searcher } from '../engine.ts';
import type { Files } from '../sources.ts';

/** Ours, opened as the app opens a collection: every part verified, the engine loaded from what was verified. */
export const hnsw = engineOf('hnsw');
export const exact = engineOf('exact');
export const exactF16 = engineOf('exact');
export const codes = engineOf('codes');

function engineOf(id: VectorIndex['kind']): Engine {
  return {
    async load(_rows, files) {
      const { index, arrived } = await openIndex(files, id);
      const order = id === 'codes' ? await readOrder(files) : undefined;
      await arrived;
      return searcherOf(index, order);
    },
  };
}

/** @throws Error where another engine stepped in for the one that was wanted. */
export async function openIndex(files: Files, wanted: Exclude<EngineRequest, 'auto'>): Promise<LoadedIndex> {
  const collection = await readCollection(createSource(files), sha256, COLLECTION);
  const loaded = await loadIndex(collection, wanted);
  const served = loaded.onDemand ? 'blocks' : loaded.index.kind;
  if (served !== wanted) throw new Error(loaded.reason);
  return loaded;
}

/** The row that lies at each place of a collection with codes: the bench numbers rows as they were made. */
export async function readOrder(files: Files): Promise<Uint32Array> {
  return new Uint32Array((await files.readAside(ORDER_FILE)).buffer);
}

export function searcherOf(index: VectorIndex, order?: Uint32Array): Searcher {
  let beam: { readonly efSearch?: number } = {};
  return {
    ...(order && { order }),
    tune(efSearch) {
      beam = { efSearch };
    },
    search(query, k, filter) {
      const options = { k, ...beam };
      const hits = index.search(query as Embedding, filter ? { ...options, filter } : options);
      return hits.map(({ row }) => row);
    },
  };
}

/** The files of an engine as those of a collection, verified as the app does it. Nothing is kept. */
function createSource(files: Files): ByteSource {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const verified = async (path: string, bytes: Uint8Array, length: number, hash: string) => {
    if (bytes.length === length && (await sha256(bytes)).startsWith(hash)) return bytes;
    throw new Error(`${path} is damaged.`);
  };
  return {
    read: async (path, { bytes, sha256: hash }) => verified(path, await files.read(nameOf(path)), bytes, hash),
    readRange: async (path, _file, { offset, length, hash }) =>
      verified(path, await files.readRange(nameOf(path), offset, length), length, hash),
    readText: async (path) => new TextDecoder().decode(await files.read(nameOf(path))),
  };
}
