import { canonicalJson } from '../engine/collection/manifest.ts';
import type { CollectionManifest, Item } from '../engine/collection/types.ts';
import { type CollectionDescription, encodeCollection } from '../engine/collection/writer.ts';
import type { Embedding } from '../engine/embedding.ts';
import type { PreviousState } from './known.ts';
import type { CollectionPorts, CollectionRequest } from './request.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface Content {
  readonly items: readonly Item[];
  /** items × dim. */
  readonly vectors: Float32Array;
  readonly copies: number;
}

export interface SettleContext {
  readonly previous: PreviousState | undefined;
  readonly existing: ReadonlyMap<string, number>;
  readonly request: CollectionRequest;
  readonly ports: CollectionPorts;
  readonly stopwatch: Stopwatch;
}

/** Put the new state into place, unless it is the old one; then remove what no longer belongs to it. */
export async function settle(
  content: Content,
  context: SettleContext,
): Promise<{ manifest: CollectionManifest; unchanged: boolean }> {
  const { previous, request, ports } = context;
  const description = descriptionOf(content, context);
  const unchanged = previous !== undefined && isSame(previous, content, description);
  const manifest = unchanged ? previous.collection.manifest : await write(content, description, context);
  request.signal.throwIfAborted();
  await ports.store.register(manifest);
  await ports.store.clean(pathsOf(content.items, manifest));
  return { manifest, unchanged };
}

function descriptionOf({ items }: Content, { previous, existing, request }: SettleContext): CollectionDescription {
  const before = previous?.collection.manifest;
  const paths = new Set(items.flatMap(picturesOf));
  let bytes = 0;
  for (const path of paths) bytes += existing.get(path) ?? 0;
  return {
    name: request.name,
    title: request.title ?? before?.title ?? request.name,
    description: request.description ?? before?.description ?? '',
    licence: request.licence ?? before?.licence ?? null,
    examples: request.examples ?? before?.examples ?? [],
    created: request.created,
    model: { id: request.model.id, sha256: request.model.sha256 },
    dim: request.model.dim,
    hnsw: request.hnsw,
    pictures: { mode: request.pictures, bytes },
  };
}

/** Whether writing would change nothing but the date. */
function isSame(previous: PreviousState, { items, vectors }: Content, description: CollectionDescription): boolean {
  const { created: _created, ...said } = description;
  const before: Readonly<Record<string, unknown>> = { ...previous.collection.manifest };
  return (
    Object.entries(said).every(([key, value]) => canonicalJson(value) === canonicalJson(before[key])) &&
    previous.items.length === items.length &&
    items.every((item, row) => canonicalJson(item) === canonicalJson(previous.items[row])) &&
    isEqual(previous.vectors, vectors)
  );
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

async function write(content: Content, description: CollectionDescription, context: SettleContext) {
  const { ports, stopwatch, request } = context;
  const { items, vectors } = content;
  const graph = await stopwatch.time('graph', () => graphOf(content, description, context));
  return stopwatch.time('write', async () => {
    const parts = encodeCollection({ ...description, items, vectors, graph, sha256: ports.sha256 });
    let step = await parts.next();
    for (; !step.done; step = await parts.next()) {
      request.signal.throwIfAborted();
      await ports.store.writePart(step.value);
    }
    await ports.store.commit(step.value);
    return step.value;
  });
}

/** The old graph where rows and parameters are the old ones (only names or titles changed), else a new one. */
async function graphOf({ items, vectors }: Content, { dim, hnsw }: CollectionDescription, context: SettleContext) {
  const { previous, ports, request } = context;
  if (previous && isEqual(previous.vectors, vectors) && isSameGraph(previous.collection.manifest.hnsw, hnsw)) {
    return previous.collection.graph({ signal: request.signal });
  }
  // Unit norm: the encoder made them so, and the writer checks it.
  const rows = items.map((_, row) => vectors.subarray(row * dim, (row + 1) * dim) as Embedding);
  const onProgress = (done: number, total: number) => ports.onEvent({ type: 'graph', done, total });
  return ports.graph.build(rows, onProgress, request.signal);
}

function isSameGraph(a: CollectionManifest['hnsw'], b: CollectionManifest['hnsw']): boolean {
  return a.M === b.M && a.efConstruction === b.efConstruction;
}

function pathsOf(items: readonly Item[], { parts }: CollectionManifest): Set<string> {
  const paths = new Set(parts.map(({ path }) => path));
  for (const path of items.flatMap(picturesOf)) paths.add(path);
  return paths;
}

function picturesOf({ thumbnail, preview }: Item): string[] {
  return [thumbnail, preview].flatMap((one) => (one ? [one.path] : []));
}
