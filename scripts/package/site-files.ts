import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { EMPTY_LIST, parseCollectionList } from '../../src/engine/collection/manifest.ts';
import type { CollectionEntry, CollectionList } from '../../src/engine/collection/types.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';

/** A file of a site, its path relative to the site's folder and with `/`. */
export interface SiteFile {
  readonly path: string;
  readonly bytes: number;
}

/** What is not uploaded, and why. */
export interface LeftOut {
  readonly what: string;
  readonly bytes: number;
  readonly why: string;
}

export interface Selected {
  readonly files: readonly SiteFile[];
  readonly leftOut: readonly LeftOut[];
  readonly collections: readonly CollectionEntry[];
}

/** Of the top folder: what `pnpm build` writes for other hosts or for people who read the sources. */
const NOT_FOR_VISITORS = new Map([
  ['_headers', 'written anew for each host'],
  ['build.json', 'written anew'],
  ['screenshot.png', 'a picture of the README'],
]);

/**
 * The files of a built site that visitors need: the app, the collections that are listed, and the models that one of
 * these names, or `models` does, or that a visitor's own pictures take, or that look at results again.
 * @param site folder of a built site
 * @throws AfterimageError `usage` where there is none, `model-not-found`
 */
export async function selectFiles(site: string, models: readonly string[] = []): Promise<Selected> {
  const all = await listFiles(site);
  const { collections, rerankers = [] } = await readList(site);
  for (const id of models) {
    if (!all.some(({ path }) => path === `models/${id}/model.json`)) {
      throw new AfterimageError('model-not-found', `There is no model ${id} in ${join(site, 'models')}.`);
    }
  }
  const named = new Set([DEFAULT_MODEL, ...models, ...rerankers, ...collections.map(({ model }) => model)]);
  const listed = new Set(collections.map(({ name }) => name));
  const files: SiteFile[] = [];
  const leftOut = new Map<string, LeftOut>();
  for (const file of all) {
    const reason = whyNot(file.path, listed, named);
    if (reason === undefined) files.push(file);
    else leftOut.set(reason.what, { ...reason, bytes: (leftOut.get(reason.what)?.bytes ?? 0) + file.bytes });
  }
  return { files, leftOut: [...leftOut.values()], collections };
}

/** Why a file is not uploaded; undefined where it is. */
function whyNot(
  path: string,
  listed: ReadonlySet<string>,
  named: ReadonlySet<string>,
): Omit<LeftOut, 'bytes'> | undefined {
  const [top = '', name = '', ...rest] = path.split('/');
  const why = NOT_FOR_VISITORS.get(path);
  if (why !== undefined) return { what: path, why };
  if (path.endsWith('.map')) return { what: 'source maps', why: 'for developers' };
  if (path.split('/').some((part) => part.startsWith('.'))) return { what: path, why: 'unfinished or hidden' };
  if (rest.length === 0) return undefined;
  if (top === 'models' && !named.has(name)) return { what: `models/${name}`, why: 'no collection names it' };
  if (top === 'collections' && !listed.has(name)) return { what: `collections/${name}`, why: 'it is not listed' };
  return undefined;
}

/** Every file of a folder, sorted by path. @throws AfterimageError `usage` where it holds no built site */
async function listFiles(site: string): Promise<readonly SiteFile[]> {
  const entries = await readdir(site, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(site, sep).length).replaceAll(sep, '/'));
  if (!paths.includes('index.html') || !paths.includes('sw.js')) {
    throw new AfterimageError('usage', `There is no built site in ${site}. Run \`pnpm build\` first.`);
  }
  const files = paths.sort().map(async (path) => ({ path, bytes: (await stat(join(site, path))).size }));
  return Promise.all(files);
}

/** What a site lists; nothing where it has no list. */
async function readList(site: string): Promise<CollectionList> {
  const text = await readFile(join(site, 'collections/index.json'), 'utf8').catch(() => undefined);
  return text === undefined ? EMPTY_LIST : parseCollectionList(text);
}
