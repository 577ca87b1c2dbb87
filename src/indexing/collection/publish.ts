import type { Steps } from '../../engine/async/steps.ts';
import { LEAST_RECALL, RECALL, type Recall, recallOf } from '../../engine/collection/extensions/recall.ts';
import { fingerprintOf, hashingPieces } from '../../engine/collection/fingerprint.ts';
import { canonicalJson } from '../../engine/collection/manifest.ts';
import type { Collection } from '../../engine/collection/reader.ts';
import { type CollectionManifest, FORMAT_VERSION, type IndexKind, type Item } from '../../engine/collection/types.ts';
import {
  isSameVectors,
  reorderVectors,
  type StoredVectors,
  storingVectors,
} from '../../engine/collection/vectors/stored-vectors.ts';
import { type CollectionDescription, encodeCollection } from '../../engine/collection/writer.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { codeAdvice } from '../indexes/code-shape.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../indexes/make-codes.ts';
import type { CollectionPorts, CollectionRequest } from '../request.ts';
import { runSteps } from '../steps/run-steps.ts';
import type { Stopwatch } from '../steps/stopwatch.ts';
import { carryOver } from './carry.ts';
import { descriptionOf, type KnownRequest, othersOf, pathsOf, picturePathsOf, withKind } from './description.ts';
import { type PreviousState, vectorsToKeep } from './known.ts';
import type { Said } from './last-state.ts';
import { cellsContentOf, publishCells, writeParts } from './publish-cells.ts';

/** Items of a step, some milliseconds. */
const ITEMS = 256;

export interface Content {
  readonly items: readonly Item[];
  /** items × dim, or stored in the encoding that is asked for. */
  readonly vectors: Float32Array | StoredVectors;
  readonly copies: number;
}

interface StoredContent {
  readonly items: readonly Item[];
  readonly vectors: StoredVectors;
  readonly codes?: Uint8Array | undefined;
  readonly advice: string | null;
}

export interface Published {
  readonly manifest: CollectionManifest;
  readonly unchanged: boolean;
  /** One line for people where the index will find less than it should; else null. */
  readonly advice: string | null;
}

export interface PublishContext {
  readonly previous: PreviousState | undefined;
  /** What the collection said of itself before. */
  readonly said: Said;
  /** Whose sections that this version does not know are taken over, as far as they fit; absent: those of `previous`. */
  readonly carry?: Collection | undefined;
  readonly existing: ReadonlyMap<string, number>;
  readonly request: CollectionRequest;
  readonly ports: CollectionPorts;
  readonly stopwatch: Stopwatch;
}

interface KnownContext extends PublishContext {
  readonly request: KnownRequest;
}

/** Put the new state into place, unless it is the old one; then remove what no longer belongs to it. */
export async function publish(content: Content, wanted: PublishContext): Promise<Published> {
  const context = { ...wanted, request: withKind(content.items.length, wanted.request, wanted.ports) };
  if (context.request.index === 'cells') return publishCells(await cellsContentOf(content, context), context);
  const { previous, request, ports } = context;
  const { dim, encoding } = { dim: request.model.dim, encoding: request.encoding };
  const given = content.vectors;
  const stored =
    'encoding' in given
      ? given
      : await runSteps(storingVectors(given, dim, encoding, vectorsToKeep(previous, request)), request.signal);
  const arranged = await arrange(content.items, stored, context);
  const pictures = picturePathsOf(content.items);
  const description = descriptionOf(content.items.length, pictures, context);
  const unchanged = previous !== undefined && (await runSteps(isSame(previous, arranged, description), request.signal));
  const manifest = unchanged ? previous.collection.manifest : await write(arranged, description, context);
  request.signal.throwIfAborted();
  await ports.store.register(manifest);
  await ports.store.clean(pathsOf(pictures, manifest));
  return { manifest, unchanged, advice: arranged.advice ?? adviceOf(manifest) };
}

/** One line for people where another index had to take the graph's place. */
function adviceOf(manifest: CollectionManifest): string | null {
  const recall = recallOf(manifest);
  if (recall === undefined || recall.index === manifest.index) return null;
  const found = `${Math.floor(recall.found * 100)} %`;
  return (
    `Every picture is compared (exact), because a graph of these vectors finds only ${found} of the ten nearest pictures. ` +
    'With --index exact no graph is tried.'
  );
}

/** For codes, like rows come together, so that those of a query lie in few blocks; else they stay as they are. */
async function arrange(
  items: readonly Item[],
  vectors: StoredVectors,
  { request, ports, stopwatch }: KnownContext,
): Promise<StoredContent> {
  if (request.index !== 'codes') return { items, vectors, advice: null };
  if (vectors.encoding !== 'int8') throw new AfterimageError('usage', 'Codes and cells go with --vectors int8.');
  const { signal } = request;
  const onProgress = (task: string, done: number, total: number) =>
    ports.onEvent({ type: 'progress', task, done, total });
  return stopwatch.time('graph', async () => {
    const { order, codes, shape } = await makeCodes(vectors, onProgress, signal);
    return {
      items: Array.from(order, (row) => items[row] as Item),
      vectors: await runSteps(reorderVectors(vectors, order), signal),
      ...{ codes, advice: codeAdvice(shape, vectors) },
    };
  });
}

/** Whether writing would change nothing but the date: of the version of the format too, because only one is written. In steps: to compare a million items takes nine seconds. */
function* isSame(
  previous: PreviousState,
  { items, vectors }: Pick<StoredContent, 'items' | 'vectors'>,
  description: CollectionDescription,
): Steps<boolean> {
  if (!isSameDescription(previous.collection.manifest, description)) return false;
  if (previous.items.length !== items.length || !isSameVectors(previous.vectors, vectors)) return false;
  for (const [row, item] of items.entries()) {
    if (canonicalJson(item) !== canonicalJson(previous.items[row])) return false;
    if (row % ITEMS === 0) yield row / items.length;
  }
  return true;
}

/** Whether a manifest says so too, and what was measured for it. */
function isSameDescription(manifest: CollectionManifest, description: CollectionDescription): boolean {
  const { created: _created, index, extensions, ...said } = description;
  const recall = recallOf(manifest);
  const before: Readonly<Record<string, unknown>> = { ...manifest };
  return (
    manifest.version === FORMAT_VERSION &&
    (index === 'hnsw') === (recall !== undefined) &&
    manifest.index === (recall ? answering(recall) : index) &&
    canonicalJson(extensions ?? {}) === canonicalJson(othersOf(manifest.extensions)) &&
    Object.entries(said).every(([key, value]) => canonicalJson(value) === canonicalJson(before[key]))
  );
}

/** The index that answers where a graph finds so much. */
function answering({ found }: Recall): IndexKind {
  return found < LEAST_RECALL ? 'exact' : 'hnsw';
}

async function write(content: StoredContent, wanted: CollectionDescription, context: KnownContext) {
  const { ports, stopwatch, request } = context;
  const { items, vectors, codes } = content;
  const measured =
    wanted.index === 'hnsw' ? await stopwatch.time('graph', () => graphOf(content, wanted, context)) : undefined;
  const { graph } = measured ?? {};
  const description = measured ? withRecall(wanted, measured.recall) : wanted;
  return stopwatch.time('write', async () => {
    const others = await carry(items, description, context);
    const rowsPerBlock = codes ? ROWS_PER_CODED_BLOCK : undefined;
    const parts = encodeCollection({
      ...{ ...description, items, vectors, graph, codes, rowsPerBlock, others },
      sha256: ports.sha256,
    });
    const manifest = await writeParts(parts, ports.store, request.signal);
    await ports.store.commit(manifest);
    return manifest;
  });
}

function withRecall(description: CollectionDescription, recall: Recall): CollectionDescription {
  const extensions = { ...description.extensions, [RECALL]: { ...recall } };
  return { ...description, index: answering(recall), extensions };
}

async function carry(items: readonly Item[], { model, dim }: CollectionDescription, context: KnownContext) {
  const { request, ports, previous } = context;
  const ids = items.map(({ id }) => id);
  const next = { model, dim, fingerprint: await fingerprintOf(model.sha256, ids, hashingPieces(ports.sha256)) };
  return carryOver(context.carry ?? previous?.collection, next, request.signal, ports);
}

/** A graph, with what it finds; none where that is too little. */
interface MeasuredGraph {
  readonly graph?: Uint8Array;
  readonly recall: Recall;
}

/**
 * The old graph where rows and parameters are the old ones (only names or titles changed), else a new one: of the vectors
 * as they are stored, because those are what it will be searched with.
 */
async function graphOf(
  content: StoredContent,
  description: CollectionDescription,
  context: KnownContext,
): Promise<MeasuredGraph> {
  const { ports, request } = context;
  const before = await graphBefore(content, description, context);
  if (before) return before;
  const onProgress = (done: number, total: number) => ports.onEvent({ type: 'graph', done, total });
  const { graph, recall } = await ports.graph.build(content.vectors, onProgress, request.signal);
  return answering(recall) === 'hnsw' ? { graph, recall } : { recall };
}

/** What is known of a graph of the same rows. One that was never measured, as of older versions, is measured now. */
async function graphBefore(
  { vectors }: StoredContent,
  { hnsw }: CollectionDescription,
  { previous, ports, request }: KnownContext,
): Promise<MeasuredGraph | undefined> {
  if (!previous || !isSameGraph(previous.collection.manifest.hnsw, hnsw)) return undefined;
  if (!isSameVectors(previous.vectors, vectors)) return undefined;
  const { collection } = previous;
  const recall = recallOf(collection.manifest);
  if (!collection.has('graph')) return recall && answering(recall) !== 'hnsw' ? { recall } : undefined;
  const graph = await collection.graph({ signal: request.signal });
  const found = recall ?? (await ports.graph.measure(graph, vectors, request.signal));
  return found && answering(found) === 'hnsw' ? { graph, recall: found } : undefined;
}

function isSameGraph(a: CollectionManifest['hnsw'], b: CollectionManifest['hnsw']): boolean {
  return a.M === b.M && a.efConstruction === b.efConstruction;
}
