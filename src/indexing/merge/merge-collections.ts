import type { CollectionManifest, IndexKind, Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Sha256 } from '../../engine/ports.ts';
import { datedAs } from '../collection/dates.ts';
import { picturePathsOf, withKind } from '../collection/description.ts';
import { countGone, readEarlier } from '../collection/earlier.ts';
import { copyId, countRemoved, createIds } from '../collection/ids.ts';
import { isCoarser, type PreviousState, readPrevious } from '../collection/known.ts';
import { type LastState, lastState, noteOfUnreadable, type Said } from '../collection/last-state.ts';
import { type PublishContext, type Published, publish } from '../collection/publish.ts';
import { publishCells } from '../collection/publish-cells.ts';
import { codeWidth, isCoded } from '../indexes/code-shape.ts';
import { partBytes } from '../pictures/index-pictures.ts';
import type { CollectionPorts, CollectionRequest, PublishedSummary } from '../request.ts';
import { createStopwatch, type Stopwatch } from '../steps/stopwatch.ts';
import { createMergedRows, type MergeSource, type Row, readVectors } from './merged-rows.ts';

export interface MergeRequest extends Omit<CollectionRequest, 'model' | 'pictures'> {
  /** Rows that the graph's memory holds, for vectors of this dimension. */
  readonly maxPictures: (dim: number) => number;
}

export interface MergePorts extends Omit<CollectionPorts, 'graph'> {
  readonly sources: readonly MergeSource[];
  readonly graph: (dim: number) => CollectionPorts['graph'];
}

export interface MergeSummary extends PublishedSummary {
  /** How many collections went into it. */
  readonly merged: number;
  /** Pictures that were in several of them, under the same name: they are in it once. */
  readonly duplicates: number;
}

/**
 * Put collections together: nothing is embedded again, pictures are taken over, one graph is built. What comes out is
 * what one run over all the pictures would have made, rows in the order of names.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch` or `merge-mismatch` where they do not go
 *   together; `part-missing`, `part-corrupt` for damaged ones; `index-too-large`, `collection-too-large`, `not-writable`.
 */
export async function mergeCollections(given: MergeRequest, ports: MergePorts): Promise<MergeSummary> {
  const start = performance.now();
  const stopwatch = createStopwatch();
  const { sources, store, sha256 } = ports;
  const first = commonManifest(sources);
  await store.open();
  try {
    const { rows, duplicates } = await stopwatch.time('read', () => listRows(sources, given.signal, sha256));
    refuseTooMany(rows.length, first.dim, given);
    if (isCoded(given.index)) codeWidth(first.dim);
    const { index } = withKind(rows.length, { ...given, model: { ...first.model, dim: first.dim } }, ports);
    const place = { rows, first, index, stopwatch };
    const { published, copies, removed } = await (index === 'cells' ? mergeCells : mergeWhole)(given, ports, place);
    const { manifest, unchanged, advice } = published;
    return {
      collection: manifest.name,
      count: manifest.count,
      merged: sources.length,
      ...{ duplicates, copies, removed, unchanged, advice, index: manifest.index },
      bytes: { ...partBytes(manifest), pictures: manifest.pictures.bytes },
      seconds: (performance.now() - start) / 1000,
      milliseconds: stopwatch.timings,
    };
  } finally {
    await store.close();
  }
}

interface Merging {
  readonly rows: readonly Row[];
  /** The first one's. */
  readonly first: CollectionManifest;
  readonly index: IndexKind;
  readonly stopwatch: Stopwatch;
}

interface Merged {
  readonly published: Published;
  readonly copies: number;
  /** Pictures of the last state that are gone. */
  readonly removed: number;
}

/** All vectors in memory. */
async function mergeWhole(given: MergeRequest, ports: MergePorts, merging: Merging): Promise<Merged> {
  const last = await lastState(given, ports, readPrevious);
  const vectors = await merging.stopwatch.time('read', () =>
    readVectors(merging.rows, merging.first.dim, ports.sources, given.signal),
  );
  const { items, copies, context } = await prepare(given, ports, merging, last);
  const published = await publish({ items, vectors, copies }, context);
  return { published, copies, removed: countRemoved(last.previous?.items, items) };
}

/** The vectors of one collection at a time. */
async function mergeCells(given: MergeRequest, ports: MergePorts, merging: Merging): Promise<Merged> {
  const last = await lastState(given, ports, readEarlier);
  const { items, copies, context } = await prepare(given, ports, merging, last);
  const rows = createMergedRows(merging.rows, items, merging.first.dim, ports.sources);
  const pictures = picturePathsOf(items);
  const { ids, found: _, ...published } = await publishCells({ rows, pictures }, context);
  return { published, copies, removed: last.previous ? countGone(last.previous, ids) : 0 };
}

/** What goes before the vectors are read: items get their ids, pictures come into place. */
async function prepare<Previous extends Pick<PreviousState, 'collection'>>(
  given: MergeRequest,
  ports: MergePorts,
  { rows, first, index, stopwatch }: Merging,
  last: LastState<Previous>,
) {
  const { sources, store, sha256, onEvent } = ports;
  for (const message of noteOfUnreadable(last)) onEvent({ type: 'note', message });
  const request = { ...completeRequest(given, first, last.said), index };
  noteCoarser(sources, given, onEvent);
  const ids = createIds(sha256);
  const items: Item[] = [];
  for (const { item, id } of rows) items.push({ ...item, id: await ids.of(id) });
  const existing = await store.pictures();
  await stopwatch.time('write', () => takePictures(rows, existing, request.signal, ports));
  const publishPorts = { ...ports, graph: ports.graph(first.dim) };
  const context = { ...last, ...carriedFrom(last, sources), existing, request, ports: publishPorts, stopwatch };
  return { items, copies: ids.copies(), context };
}

/** The first one's manifest, which stands for all in model, dimension and kind of pictures. */
function commonManifest(sources: readonly MergeSource[]): CollectionManifest {
  const [first, ...others] = sources.map(({ collection }) => collection.manifest);
  if (!first) throw new AfterimageError('usage', 'There are no collections to merge.');
  for (const other of others) {
    const names = `${first.name} and ${other.name} cannot be merged:`;
    if (other.model.sha256 !== first.model.sha256 || other.model.id !== first.model.id) {
      throw new AfterimageError(
        'collection-model-mismatch',
        first.model.id === other.model.id
          ? `${names} they were made with different versions of the model ${first.model.id}, that is with different files.`
          : `${names} they were made with different models, ${first.model.id} and ${other.model.id}.`,
      );
    }
    if (other.dim !== first.dim) {
      throw new AfterimageError('dimension-mismatch', `${names} their dimensions are ${first.dim} and ${other.dim}.`);
    }
    if (other.pictures.mode !== first.pictures.mode) {
      throw new AfterimageError(
        'merge-mismatch',
        `${names} they were built with --pictures ${first.pictures.mode} and --pictures ${other.pictures.mode}.`,
      );
    }
  }
  return first;
}

/** What was said nowhere is what the collection said before, else what the first one of the merged says. */
function completeRequest(request: MergeRequest, first: CollectionManifest, said: Said): CollectionRequest {
  const licence = said.licence === undefined ? first.licence : said.licence;
  return {
    ...request,
    title: request.title ?? said.title ?? (first.title === first.name ? request.name : first.title),
    description: request.description ?? said.description ?? first.description,
    licence: request.licence ?? licence ?? '',
    examples: request.examples ?? said.examples ?? first.examples,
    model: { ...first.model, dim: first.dim },
    pictures: first.pictures.mode,
  };
}

/** What this version does not know is, as texts are, that of the collection that was there, else that of the first one. */
function carriedFrom(
  { previous, said }: LastState<Pick<PreviousState, 'collection'>>,
  [first]: readonly MergeSource[],
): Pick<PublishContext, 'said' | 'carry'> {
  const isNew = said.title === undefined;
  return {
    said: isNew ? { ...said, extensions: first?.collection.manifest.extensions } : said,
    carry: previous?.collection ?? (isNew ? first?.collection : undefined),
  };
}

/** All rows by name, and by source where names are equal; what has the same name and content is there once. */
async function listRows(sources: readonly MergeSource[], signal: AbortSignal, sha256: Sha256) {
  const all: Row[] = [];
  for (const [source, { collection }] of sources.entries()) {
    signal.throwIfAborted();
    const items = (await collection.allItems({ signal })).map((item, row) => ({ item, source, row }));
    for (const row of await withFirstIds(items.sort(byName), sha256)) all.push(row);
  }
  const seen = new Set<string>();
  const rows = all.sort(byName).filter(({ item: { name }, id }) => {
    const key = `${id} ${name}`;
    return !seen.has(key) && seen.add(key);
  });
  return { rows: withFirstFacts(rows), duplicates: all.length - rows.length };
}

/** Of files with the same content the first one says what is known of it, as when they are indexed together. */
function withFirstFacts(rows: readonly Row[]): Row[] {
  const firsts = new Map<string, Item>();
  return rows.map((row) => {
    const first = firsts.get(row.id);
    if (!first) firsts.set(row.id, row.item);
    // An item without a thumbnail was imported, and knows of itself what its metadata said.
    if (!first?.thumbnail) return row;
    const { width, height, bytes, thumbnail, preview } = first;
    return { ...row, item: { ...datedAs(first, row.item), width, height, bytes, thumbnail, preview } };
  });
}

/** By code units, as files are listed; sorting is stable. */
function byName({ item: { name: a } }: Pick<Row, 'item'>, { item: { name: b } }: Pick<Row, 'item'>): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Copies of a content have ids of their own, numbered in the order of names within their collection. Among more pictures
 * they are numbered anew, for which it has to be known whose copies they are.
 */
async function withFirstIds(items: readonly Omit<Row, 'id'>[], sha256: Sha256): Promise<Row[]> {
  const expected = new Map<string, { readonly id: string; readonly copy: number }>();
  const rows: Row[] = [];
  for (const row of items) {
    const { id, copy } = expected.get(row.item.id) ?? { id: row.item.id, copy: 1 };
    expected.set(await copyId(id, copy + 1, sha256), { id, copy: copy + 1 });
    rows.push({ ...row, id });
  }
  return rows;
}

/** What was lost when they were stored does not come back. */
function noteCoarser(
  sources: readonly MergeSource[],
  { encoding }: MergeRequest,
  onEvent: MergePorts['onEvent'],
): void {
  for (const { collection } of sources) {
    const { name, quantiser } = collection.manifest;
    if (!isCoarser(quantiser.encoding, encoding)) continue;
    const message = `The vectors of ${name} are stored as ${quantiser.encoding} and stay as rough as that. Build it with --vectors ${encoding} first.`;
    onEvent({ type: 'note', message });
  }
}

function refuseTooMany(count: number, dim: number, { maxPictures, hnsw }: MergeRequest): void {
  const most = maxPictures(dim);
  if (count <= most) return;
  throw new AfterimageError(
    'index-too-large',
    `${count} pictures are more than the ${most} that an HNSW graph of dimension ${dim} with M = ${hnsw.M} can hold ` +
      '(2 GiB of memory).',
  );
}

/** @param existing what is in place already; what is taken over is added. */
async function takePictures(
  rows: readonly Row[],
  existing: Map<string, number>,
  signal: AbortSignal,
  { sources, store, onEvent }: MergePorts,
): Promise<void> {
  const there = await Promise.all(sources.map((source) => source.pictures()));
  for (const [done, { item, source }] of rows.entries()) {
    signal.throwIfAborted();
    for (const picture of [item.thumbnail, item.preview]) {
      if (!picture) continue;
      const bytes = there[source]?.get(picture.path);
      const { collection, location } = sources[source] as MergeSource /* rows are of sources */;
      if (bytes === undefined) {
        throw new AfterimageError('part-missing', `${picture.path} of ${collection.manifest.name} is missing.`);
      }
      if (existing.get(picture.path) === bytes) continue;
      await store.adoptPicture(picture.path, location);
      existing.set(picture.path, bytes);
    }
    if (done % 100 === 99 || done === rows.length - 1) {
      onEvent({ type: 'progress', task: 'Pictures', done: done + 1, total: rows.length });
    }
  }
}
