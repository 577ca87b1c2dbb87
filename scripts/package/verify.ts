import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCollection } from '../../src/engine/collection/reader.ts';
import type { CollectionEntry, CollectionManifest } from '../../src/engine/collection/types.ts';
import { type ModelFile, type ModelManifest, parseModelManifest } from '../../src/engine/model/model.ts';
import { parseRerankerManifest } from '../../src/engine/model/reranker.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import type { SiteFile } from './site-files.ts';

/** What a site's visitors can search, and with what. */
export interface SiteData {
  readonly collections: readonly CollectionManifest[];
  readonly models: readonly ModelManifest[];
}

/**
 * Read everything that a browser would verify, as it would: uploading takes longer than this.
 * @param files what is uploaded
 * @throws AfterimageError `part-missing`, `part-corrupt`, `collection-invalid`, `collection-version`,
 *   `collection-not-found`, `model-invalid`
 */
export async function verifyData(
  site: string,
  entries: readonly CollectionEntry[],
  files: readonly SiteFile[],
): Promise<SiteData> {
  const source = createFolderSource(site);
  const collections: CollectionManifest[] = [];
  for (const { name } of entries) {
    const { manifest, readPart } = await readCollection(source, sha256, name);
    for (const part of manifest.parts) await readPart(part);
    collections.push(manifest);
  }
  const models: ModelManifest[] = [];
  const readAll = async (folder: string, all: readonly ModelFile[]) => {
    for (const file of all.flatMap((one) => one.parts ?? [one])) await source.read(`${folder}/${file.path}`, file);
  };
  for (const { path } of files) {
    const [, folder, kind] = /^(models\/[^/]+)\/(model|reranker)\.json$/.exec(path) ?? [];
    if (folder === undefined) continue;
    const text = await readFile(join(site, path), 'utf8');
    if (kind === 'reranker') {
      await readAll(folder, parseRerankerManifest(text).files);
    } else {
      const model = parseModelManifest(text);
      await readAll(folder, model.files);
      models.push(model);
    }
  }
  return { collections, models };
}
