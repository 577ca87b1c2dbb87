import { AfterimageError } from '../../engine/errors.ts';
import { parseRerankerManifest, RERANKER, type RerankerManifest } from '../../engine/model/reranker.ts';
import type { ReadOptions } from '../../engine/ports.ts';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import type { HttpSource, Newest } from '../bytes/http-source.browser.ts';
import { bytesOfFiles, keepFiles } from '../models/keep-model.browser.ts';
import { MODELS } from '../models/models-folder.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { rerankerFiles } from './reranker-files.ts';

/** Of what describes a reranker. */
export const rerankerPath = (id: string) => `${MODELS}${id}/${RERANKER}`;

/**
 * What the page says of each of these rerankers; one that cannot be read is left out.
 * @param ids of a site's list
 */
export async function describeRerankers(
  source: Pick<HttpSource, 'newest' | 'isKept'>,
  ids: readonly string[],
  device: Device,
): Promise<readonly SiteReranker[]> {
  const read = ids.map(async (id): Promise<SiteReranker> => {
    const { manifest } = await readRerankerManifest(source, id);
    const { bytes, missing } = await bytesOfFiles(source, rerankerFiles(manifest, device));
    const { kept } = await bytesOfFiles(source, manifest.files);
    return { id, title: manifest.title, licence: manifest.licence, bytes, missing, kept };
  });
  const found = await Promise.allSettled(read);
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** @throws AfterimageError `model-not-found`, `model-invalid`, `offline`, `network` */
export async function readRerankerManifest(
  source: Pick<HttpSource, 'newest'>,
  id: string,
  options: ReadOptions = {},
): Promise<{ readonly manifest: RerankerManifest; readonly newest: Newest }> {
  const path = rerankerPath(id);
  const newest = await source.newest(path, options);
  if (!newest) throw new AfterimageError('model-not-found', `There is no reranker ${id} here (${path} is missing).`);
  const manifest = parseRerankerManifest(newest.text);
  if (manifest.id === id) return { manifest, newest };
  throw new AfterimageError('model-invalid', `${path} describes another reranker, ${manifest.id}.`);
}

/** Download what a device reads of a reranker. @throws AfterimageError `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`, `offline`, `network`; the signal's reason */
export async function keepReranker(
  source: HttpSource,
  id: string,
  device: Device,
  options: ReadOptions,
): Promise<void> {
  const { manifest, newest } = await readRerankerManifest(source, id, options.signal ? { signal: options.signal } : {});
  const files = rerankerFiles(manifest, device);
  await keepFiles(source, { folder: `${MODELS}${id}`, path: rerankerPath(id), newest, files }, options);
}
