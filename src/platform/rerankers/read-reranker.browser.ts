/** Reading what a reranker is loaded from, apart from the code that loads it: that comes at the same time. */
import type { RerankerManifest } from '../../engine/model/reranker.ts';
import type { HttpSource, Version } from '../bytes/http-source.browser.ts';
import { piecesOf } from '../models/keep-model.browser.ts';
import { readModelFile } from '../models/model-source.browser.ts';
import { MODELS } from '../models/models-folder.ts';
import { type Device, onLine, readRuntime, runtimeVersion } from '../models/tower-files.browser.ts';
import { rerankerFiles } from './reranker-files.ts';
import { readRerankerManifest, rerankerPath } from './reranker-source.browser.ts';

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
  const { manifest, newest } = await readRerankerManifest(source, id);
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
  const versions = [{ path: rerankerPath(id), text: newest.text, files: piecesOf(needed) }, runtimeVersion(device)];
  return { manifest, files, runtime: await runtime, versions };
}
