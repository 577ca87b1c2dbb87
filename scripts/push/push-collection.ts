import type { Collection as Chroma } from 'chromadb';
import type { Space } from '../../src/engine/collection/extensions/remote.ts';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { type StoredVectors, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { normalise } from '../../src/engine/numeric/embedding.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { type Pushed, REMOTE_FINGERPRINT, REMOTE_MODEL } from '../../src/platform/indexes/remote/check-remote.ts';
import { type PushRecord, recordOf, saidBy, VECTOR } from './records.ts';
import { asked, batchSize, findCollection, type Server } from './server.ts';

/** What is pushed of a collection. */
export interface PushedCollection extends Pick<Collection, 'vectors' | 'allItems'> {
  readonly manifest: Pushed;
}

export interface PushRequest {
  readonly server: Server;
  readonly collection: PushedCollection;
  /** Of the server's collection. */
  readonly name: string;
  /** How the server measures; undefined: as it does, and by the cosine where the collection is made. */
  readonly space: Space | undefined;
  /** Of the graph, where the collection is made. */
  readonly efSearch?: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: IndexEvent) => void;
}

export interface PushSummary {
  readonly space: Space;
  /** Vectors that were sent, records that were sent without one, records that were deleted, records that were there. */
  readonly sent: number;
  readonly updated: number;
  readonly removed: number;
  readonly there: number;
}

/** The graph that a single node makes. Its own default of `ef_search` is 100; `pnpm bench remote` compares them. */
export const HNSW = { ef_construction: 200, max_neighbors: 16, ef_search: 200 } as const;

const LISTED_AT_ONCE = 5000;

/**
 * Bring a collection of a server in step with a collection here: what is there is not sent again, what belongs to pictures
 * that are gone is deleted. Until all is there, and again until the next change is, the server's collection says that it is
 * unfinished, and pages that know another state do not search it.
 * @throws AfterimageError `nothing-to-index`, `remote-mismatch`, and as `asked`; the signal's reason
 */
export async function pushCollection(request: PushRequest): Promise<PushSummary> {
  const { server, collection, name, signal } = request;
  const { manifest } = collection;
  if (manifest.count === 0) {
    throw new AfterimageError(
      'nothing-to-index',
      `The collection ${manifest.name} is empty: there is nothing to push.`,
    );
  }
  const { chroma, space } = await openOrCreate(request);
  const vectors = await collection.vectors({ signal });
  const plan = await makePlan(request, chroma, vectors);
  const finished = { [REMOTE_MODEL]: manifest.model.sha256, [REMOTE_FINGERPRINT]: manifest.fingerprint };
  const summary = {
    ...{ space, sent: plan.send.length, updated: plan.update.length, removed: plan.remove.length, there: plan.same },
  };
  const changes = summary.sent + summary.updated + summary.removed;
  if (changes === 0 && chroma.metadata?.[REMOTE_FINGERPRINT] === manifest.fingerprint) return summary;
  const say = (metadata: Record<string, string>) => asked(server, () => chroma.modify({ metadata }), signal);
  await say({ ...finished, [REMOTE_FINGERPRINT]: '' });
  await carryOut(request, chroma, vectors, plan);
  const held = await asked(server, () => chroma.count(), signal);
  if (held !== manifest.count) {
    const message = `${server.url} holds ${held} records in ${name}, not ${manifest.count}: something else writes there.`;
    throw new AfterimageError('remote-outdated', `${message} Push again when it has ended.`);
  }
  await say(finished);
  return summary;
}

/** @throws AfterimageError `remote-mismatch` for a collection of something else */
async function openOrCreate({ server, collection, name, space, efSearch, signal }: PushRequest) {
  const { dim, model } = collection.manifest;
  const found = await findCollection(server, name);
  if (!found) {
    const made = space ?? 'cosine';
    const chroma = await asked(
      server,
      () =>
        server.client.createCollection({
          ...{
            name,
            embeddingFunction: null,
            configuration: { hnsw: { space: made, ...HNSW, ...(efSearch && { ef_search: efSearch }) } },
          },
          metadata: { [REMOTE_MODEL]: model.sha256, [REMOTE_FINGERPRINT]: '' },
        }),
      signal,
    );
    return { chroma, space: made };
  }
  const { hnsw, spann } = found.configuration;
  const is = (hnsw?.space ?? spann?.space ?? 'l2') as Space;
  const at = `The collection ${name} of ${server.url}`;
  const other = 'Choose another --name.';
  if (space && is !== space)
    throw mismatch(`${at} measures by ${is}, not by ${space}. Leave out --space, or: ${other}`);
  const said = found.metadata?.[REMOTE_MODEL];
  const first = await asked(server, () => found.get({ limit: 1, include: ['embeddings'] }), signal);
  const held = first.embeddings[0]?.length;
  if (held !== undefined && held !== dim)
    throw mismatch(`${at} holds vectors of dimension ${held}, not ${dim}. ${other}`);
  if (held !== undefined && said === undefined)
    throw mismatch(`${at} holds records that were not pushed from here. ${other}`);
  if (said !== undefined && said !== model.sha256) throw mismatch(`${at} holds vectors of another model. ${other}`);
  return { chroma: found, space: is };
}

function mismatch(message: string): AfterimageError {
  return new AfterimageError('remote-mismatch', message);
}

interface Planned extends PushRecord {
  readonly row: number;
}

interface Plan {
  /** With their vectors. */
  readonly send: readonly Planned[];
  /** Whose row, name or the like is another one. */
  readonly update: readonly Planned[];
  /** Of pictures that are gone. */
  readonly remove: readonly string[];
  /**
   * Of `send`, those that are there with a member that they no longer have. A change only ever adds to a record: the official
   * client (3.5.0) leaves out members that are null, by which the server would take them away.
   */
  readonly replace: readonly string[];
  /** How many stay as they are. */
  readonly same: number;
}

async function makePlan(request: PushRequest, chroma: Chroma, vectors: StoredVectors): Promise<Plan> {
  const items = await request.collection.allItems({ signal: request.signal });
  const held = await listHeld(request, chroma);
  const [send, update, replace]: [Planned[], Planned[], string[]] = [[], [], []];
  for (const [row, item] of items.entries()) {
    const record = { ...recordOf(item, row, sentVector(vectors, row)), row };
    const before = held.get(item.id);
    held.delete(item.id);
    const isLess = before?.members.some((member) => !(member in record.metadata)) === true;
    if (isLess) replace.push(item.id);
    if (before === undefined || isLess || before.vector !== record.metadata[VECTOR]) send.push(record);
    else if (before.said !== saidBy(record)) update.push(record);
  }
  const same = items.length - send.length - update.length;
  return { send, update, replace, remove: [...held.keys()], same };
}

/** Of unit norm, as every space takes it. */
function sentVector(vectors: StoredVectors, row: number): Float32Array {
  return normalise(vectorOf(vectors, row).slice());
}

/** What the server holds, by id. */
async function listHeld({ server, signal, onEvent }: PushRequest, chroma: Chroma) {
  const held = new Map<string, { readonly vector: unknown; readonly said: string; readonly members: string[] }>();
  const total = await asked(server, () => chroma.count(), signal);
  for (let offset = 0; offset < total; offset += LISTED_AT_ONCE) {
    const asks = { limit: LISTED_AT_ONCE, offset, include: ['metadatas' as const, 'uris' as const] };
    const { ids, metadatas, uris } = await asked(server, () => chroma.get(asks), signal);
    for (const [i, id] of ids.entries()) {
      const metadata = (metadatas[i] ?? {}) as PushRecord['metadata'];
      const said = saidBy({ uri: String(uris[i]), metadata });
      held.set(id, { vector: metadata[VECTOR], said, members: Object.keys(metadata) });
    }
    onEvent({ type: 'progress', task: 'Compared', done: Math.min(total, offset + ids.length), total });
  }
  return held;
}

async function carryOut(request: PushRequest, chroma: Chroma, vectors: StoredVectors, plan: Plan): Promise<void> {
  const { server, collection, signal, onEvent } = request;
  const size = batchSize(server, collection.manifest.dim);
  const inBatches = async <T>(task: string, all: readonly T[], send: (some: T[]) => Promise<unknown>) => {
    for (let at = 0; at < all.length; at += size) {
      const some = all.slice(at, at + size);
      await asked(server, () => send(some), signal);
      onEvent({ type: 'progress', task, done: at + some.length, total: all.length });
    }
  };
  await inBatches('Removed', [...plan.remove, ...plan.replace], (ids) => chroma.delete({ ids }));
  await inBatches('Updated', plan.update, (some) => chroma.update(fieldsOf(some)));
  await inBatches('Sent', plan.send, (some) =>
    chroma.upsert({ ...fieldsOf(some), embeddings: some.map(({ row }) => Array.from(sentVector(vectors, row))) }),
  );
}

function fieldsOf(some: readonly PushRecord[]) {
  return {
    ids: some.map(({ id }) => id),
    uris: some.map(({ uri }) => uri),
    metadatas: some.map(({ metadata }) => metadata),
  };
}
