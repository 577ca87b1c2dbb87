import { AfterimageError } from '../../engine/errors.ts';
import {
  parseRerankerList,
  parseRerankerManifest,
  RERANKER,
  RERANKER_LIST,
  type RerankerManifest,
} from '../../engine/model/reranker.ts';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import type { HttpSource, Version } from '../bytes/http-source.browser.ts';
import { bytesOfFiles, piecesOf } from '../models/keep-model.browser.ts';
import { readModelFile } from '../models/model-source.browser.ts';
import { MODELS } from '../models/models-folder.ts';
import { type Device, onLine, readRuntime, runtimeVersion } from '../models/tower-files.browser.ts';
import { rerankerFiles } from './reranker-files.ts';

const pathOf = (id: string) => `${MODELS}${id}/${RERANKER}`;

/** What the site offers: none where it has no list. @throws AfterimageError `offline`, `network`, `model-invalid` */
export async function listRerankers(
  source: Pick<HttpSource, 'newest' | 'isKept'>,
  device: Device,
): Promise<readonly SiteReranker[]> {
  const list = await source.newest(RERANKER_LIST);
  const { rerankers } = list ? parseRerankerList(list.text) : { rerankers: [] };
  const read = rerankers.map(async (id): Promise<SiteReranker> => {
    const { manifest } = await readManifest(source, id);
    const { bytes, missing } = await bytesOfFiles(source, rerankerFiles(manifest, device));
    return { id, title: manifest.title, licence: manifest.licence, bytes, missing };
  });
  const found = await Promise.allSettled(read);
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function readManifest(source: Pick<HttpSource, 'newest'>, id: string) {
  const newest = await source.newest(pathOf(id));
  if (!newest)
    throw new AfterimageError('model-not-found', `There is no reranker ${id} here (${pathOf(id)} is missing).`);
  const manifest = parseRerankerManifest(newest.text);
  if (manifest.id === id) return { manifest, text: newest.text };
  throw new AfterimageError('model-invalid', `${pathOf(id)} describes another reranker, ${manifest.id}.`);
}

export interface RerankerRead {
  readonly manifest: RerankerManifest;
  /** Verified bytes by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly runtime: WebAssembly.Module;
  /** To be committed together: the next visit finds them without a network. */
  readonly versions: readonly Version[];
}

/**
 * Read a reranker; what has come is kept, so that one that is stopped goes on where it was.
 * @param onProgress bytes as they go over the line
 * @throws AfterimageError `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`, `offline`, `network`
 */
export async function readReranker(
  source: HttpSource,
  id: string,
  device: Device,
  onProgress: (loaded: number, total: number) => void,
): Promise<RerankerRead> {
  const { manifest, text } = await readManifest(source, id);
  const needed = rerankerFiles(manifest, device);
  const total = needed.reduce((sum, file) => sum + onLine(file), 0);
  const runtime = readRuntime(source, device, () => onProgress(done, total)); // here already, most often
  runtime.catch(() => undefined);
  const files = new Map<string, Uint8Array>();
  let done = 0;
  for (const file of needed) {
    const told = (loaded: number) =>
      onProgress(done + Math.floor((loaded / Math.max(1, file.bytes)) * onLine(file)), total);
    files.set(file.path, await readModelFile(source, `${MODELS}${id}`, file, { onProgress: told }));
    done += onLine(file);
    onProgress(done, total);
  }
  const list = await source.newest(RERANKER_LIST).catch(() => undefined);
  const versions = [
    { path: pathOf(id), text, files: piecesOf(needed) },
    runtimeVersion(device),
    ...(list ? [{ path: RERANKER_LIST, text: list.text, files: [] }] : []),
  ];
  return { manifest, files, runtime: await runtime, versions };
}
