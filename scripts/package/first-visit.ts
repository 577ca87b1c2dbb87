import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packedParts } from '../../src/engine/collection/extensions/packed.ts';
import { remoteOf, SAMPLE } from '../../src/engine/collection/extensions/remote.ts';
import type { CollectionManifest, PartKind } from '../../src/engine/collection/types.ts';
import type { ModelFile, ModelManifest } from '../../src/engine/model/model.ts';
import { type FileHash, packedPath } from '../../src/engine/ports.ts';
import { textFiles } from '../../src/platform/models/model-files.ts';
import { KEEP_LIMIT_BYTES } from '../../src/site/limits.ts';
import type { SiteFile } from './site-files.ts';
import type { SiteData } from './verify.ts';

/** What a browser downloads of one kind. */
export interface Download {
  readonly kind: string;
  readonly files: readonly SiteFile[];
  /** How many of the files, where it depends on the window; they then stand for each other. */
  readonly about?: number;
}

export interface FirstVisit {
  /** Until the first answer. */
  readonly first: readonly Download[];
  /** Afterwards, in the background: so that the next visit needs no network. */
  readonly later: readonly Download[];
}

export type Device = 'wasm' | 'webgpu';

/** Pictures in a window of 1280 × 720 and in the rows beside it. */
const PICTURES_ON_SCREEN = 60;

/** Sections that are there before an index answers. What else a collection has is read behind it. */
const SEARCHED: Readonly<Record<CollectionManifest['index'], readonly PartKind[]>> = {
  hnsw: ['items', 'vectors', 'graph'],
  exact: ['items', 'vectors'],
  codes: ['codes', 'blocks'],
  cells: ['cells', 'blocks'],
};

/**
 * What a first visit to the site's first collection downloads. `e2e/hosting/hosts.spec.ts` holds it against what a browser
 * really asks for.
 */
export async function firstVisit(
  site: string,
  files: readonly SiteFile[],
  data: SiteData,
  device: Device,
): Promise<FirstVisit> {
  const [collection] = data.collections;
  const model = data.models.find(({ id }) => id === collection?.model.id) ?? data.models[0];
  const html = await readFile(join(site, 'index.html'), 'utf8');
  const screen = collection && onScreen(files, collection);
  const first = [
    { kind: 'page', files: pick(files, pageFiles(html)) },
    { kind: 'search code', files: await searchCode(site, files, device, collection) },
    { kind: 'runtime', files: runtimes(files, device) },
    { kind: 'model', files: model ? pick(files, modelFiles(model, device)) : [] },
    { kind: 'collection', files: pick(files, collection ? collectionFiles(collection) : ['collections/index.json']) },
    ...(screen ? [{ kind: 'pictures on the screen', ...screen }] : []),
  ];
  const rest = without(pick(files, await offlineFiles(site)), first);
  const later = [
    { kind: 'rest of the app', files: rest },
    { kind: 'rest of the collection', files: without(collection ? ofCollection(files, collection) : [], first) },
    { kind: 'other pictures', ...(collection ? keptPictures(files, collection, screen?.about ?? 0) : { files: [] }) },
  ];
  return { first, later: later.filter((one) => one.files.length > 0) };
}

/** The document and what it names. Of the icons a browser takes one. */
function pageFiles(html: string): readonly string[] {
  const named = [...html.matchAll(/(?:src|href)="(?:[^"]*?\/)?((?:assets\/)?[\w.-]+\.(?:js|css)|icons\/icon\.svg)"/g)];
  // The worker's script, which is fetched beside the page's, is search code.
  return ['index.html', ...named.map(([, path]) => path as string).filter((path) => !isWorker({ path }))];
}

/**
 * The query worker and the parts of it that search and encode text; names are those of `vite.config.ts`, of `workers/` and of
 * `src/platform/encoders/`. And of what the worker loads besides: the decoder where the runtime is packed with xz, hnswlib
 * where the collection has a graph, or what asks a server where that searches it.
 */
async function searchCode(
  site: string,
  files: readonly SiteFile[],
  device: Device,
  collection: CollectionManifest | undefined,
): Promise<readonly SiteFile[]> {
  const isEncoder = ({ path }: SiteFile) =>
    /^assets\/clip\.browser-[\w-]+\.js$/.test(path) ||
    (path.startsWith(`assets/onnxruntime-${device}-`) && path.endsWith('.js'));
  const read = (some: readonly SiteFile[]) => Promise.all(some.map(({ path }) => readFile(join(site, path), 'utf8')));
  const named = (name: string, code: readonly string[]) => {
    const names = code.join('\n').match(new RegExp(`\\b${name}-[\\w-]+\\.js`, 'g')) ?? [];
    return files.filter(({ path }) => names.some((one) => path === `assets/${one}`));
  };
  const worker = files.filter(isWorker);
  const search = named('search', await read(worker));
  const code = await read([...worker, ...search]);
  const remote = collection && remoteOf(collection);
  const libraries = [
    ...(runtimes(files, device).some(({ path }) => path.endsWith('.xz')) ? ['xz-decompress'] : []),
    ...(remote ? ['open-remote.browser'] : collection?.index === 'hnsw' ? ['hnswlib'] : []),
  ];
  const wanted = new Set([...search, ...libraries.flatMap((name) => named(name, code))]);
  return files.filter((file) => isWorker(file) || isEncoder(file) || wanted.has(file));
}

function isWorker({ path }: Pick<SiteFile, 'path'>): boolean {
  return /^assets\/query\.worker-[\w-]+\.js$/.test(path);
}

/** The packed form where there is one. */
function runtimes(files: readonly SiteFile[], device: Device): readonly SiteFile[] {
  const all = files.filter(
    ({ path }) => path.startsWith(`assets/onnxruntime-${device}-`) && /\.wasm(\.\w+)?$/.test(path),
  );
  const packed = all.filter(({ path }) => !path.endsWith('.wasm'));
  return packed.length > 0 ? packed : all;
}

/** What a page asks for to have the file: its packed form where there is one. */
function asked({ path, packed }: Pick<FileHash, 'packed'> & { readonly path: string }): string {
  return packed ? packedPath(path, packed) : path;
}

function modelFiles(model: ModelManifest, device: Device): readonly string[] {
  const files = textFiles(model, device).flatMap((file): readonly ModelFile[] => file.parts ?? [file]);
  return ['model.json', ...files.map(asked)].map((path) => `models/${model.id}/${path}`);
}

function collectionFiles(manifest: CollectionManifest): readonly string[] {
  const { name, index } = manifest;
  const parts = packedParts(manifest);
  const hasBlocks = parts.some(({ kind }) => kind === 'blocks');
  // Of one that a server searches, nothing but what stands for it.
  const kinds: readonly string[] = remoteOf(manifest) ? ['items', SAMPLE] : SEARCHED[index];
  const needed = kinds.filter((kind) => kind !== 'items' || !hasBlocks);
  const searched = parts.filter(({ kind }) => needed.includes(kind) || (hasBlocks && kind === 'blocks'));
  const own = ['manifest.json', ...searched.map(asked)].map((path) => `collections/${name}/${path}`);
  return ['collections/index.json', ...own];
}

function onScreen(files: readonly SiteFile[], { name, count }: CollectionManifest): Omit<Download, 'kind'> {
  const thumbnails = files.filter(({ path }) => path.startsWith(`collections/${name}/thumbs/`));
  return { files: thumbnails, about: Math.min(PICTURES_ON_SCREEN, count, thumbnails.length) };
}

function ofCollection(files: readonly SiteFile[], manifest: CollectionManifest): readonly SiteFile[] {
  return pick(
    files,
    packedParts(manifest).map((part) => `collections/${manifest.name}/${asked(part)}`),
  );
}

/** All of them where they are few enough; else those that are looked at. */
function keptPictures(
  files: readonly SiteFile[],
  { name, pictures }: CollectionManifest,
  seen: number,
): Omit<Download, 'kind'> {
  if (pictures.bytes > KEEP_LIMIT_BYTES) return { files: [] };
  const own = files.filter(
    ({ path }) => path.startsWith(`collections/${name}/`) && /^collections\/[^/]+\/(thumbs|previews)\//.test(path),
  );
  return { files: own, about: own.length - seen };
}

/** What the service worker keeps of the app: its list is in it. Runtimes are kept by those who use them. */
async function offlineFiles(site: string): Promise<readonly string[]> {
  const worker = await readFile(join(site, 'sw.js'), 'utf8');
  const listed = [...worker.matchAll(/\{"revision":(?:null|"[^"]*"),"url":"([^"]+)"\}/g)].map(
    ([, path]) => path as string,
  );
  return ['sw.js', ...listed.filter((path) => !path.includes('.wasm'))];
}

function pick(files: readonly SiteFile[], paths: readonly string[]): readonly SiteFile[] {
  const wanted = new Set(paths);
  return files.filter(({ path }) => wanted.has(path));
}

function without(files: readonly SiteFile[], downloads: readonly Download[]): readonly SiteFile[] {
  const there = new Set(downloads.flatMap((one) => one.files.map(({ path }) => path)));
  return files.filter(({ path }) => !there.has(path));
}
