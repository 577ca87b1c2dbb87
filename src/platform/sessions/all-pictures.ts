import { type Steps, share } from '../../engine/async/steps.ts';
import { withExtension } from '../../engine/collection/extensions/facts.ts';
import type { Source } from '../../engine/collection/source/source.ts';
import { type Item, perceptualHashOf, SIGNATURE, signatureOf } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { type CopyGroup, groupExact, groupNear, groupSimilar } from '../../engine/similar/group-copies.ts';
import { timelineOf, yearsOf } from '../../engine/timeline/timeline.ts';
import { runSteps } from '../../indexing/steps/run-steps.ts';
import type { CopiesRequest, FoundCopies, FoundTimeline, QueryWorkerApi } from '../../protocol/query-worker.ts';
import { createSignatureMemory, type OpenSignatures } from './signature-memory.ts';

/** Records of so many are held at a time; more are too much for a tab. */
const MOST_PICTURES = 200_000;
/** Records and vectors that are read at a time, between which queries have their turn. */
const CHUNK = 500;
/** Of the work: reading records; then making signatures that are missing, or reading vectors. */
const READ = 0.2;
const SIGN = 0.2;
const READ_VECTORS = 0.4;

/**
 * What needs the records of all pictures of the open collection. One search for copies runs; a newer one ends it.
 * @param current the open collection
 * @param beat told that something is being done, so that it is not taken for standing still
 */
export function createAllPictures(
  current: () => Source,
  beat: () => void,
): Pick<QueryWorkerApi, 'copies' | 'stopCopies' | 'timeline'> {
  let running = new AbortController();
  const memory = createSignatureMemory();
  const start = () => {
    running.abort(new DOMException('Another search for copies takes its place.', 'AbortError'));
    running = new AbortController();
    return running.signal;
  };
  return {
    async copies(request, onProgress) {
      const signal = start();
      const tell = (done: number) => {
        beat();
        void onProgress(done);
      };
      try {
        return await findCopies(current(), request, { signal, tell, open: memory.open });
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    async stopCopies() {
      start();
      memory.clear();
    },
    async timeline(first, rows) {
      const source = current();
      const shown = rows ?? allRows(source);
      const items = await readInChunks(shown, (some) => source.items(some), undefined, beat);
      return toTimeline(shown, items, first);
    },
  };
}

interface Finding {
  readonly signal: AbortSignal;
  readonly tell: (done: number) => void;
  readonly open: OpenSignatures;
}

async function findCopies(source: Source, request: CopiesRequest, finding: Finding): Promise<FoundCopies> {
  const { signal, tell } = finding;
  const rows = request.rows ?? allRows(source);
  const read = await readInChunks(
    rows,
    (some) => source.items(some),
    signal,
    (done) => tell(READ * done),
  );
  const items =
    request.kind === 'near' ? await withSignatures(source, read, signal, (done) => tell(READ + SIGN * done)) : read;
  const isSimilar = request.kind === 'similar';
  const vectors = isSimilar
    ? await readInChunks(
        rows,
        (some) => source.vectorsOf(some, { signal }),
        signal,
        (done) => tell(READ + (READ_VECTORS - READ) * done),
      )
    : [];
  const from = READ_VECTORS;
  const { modelOf } = source;
  const models = modelOf ? Array.from(rows, (row) => modelOf(row).sha256) : items.map(() => '');
  const grouping = stepsOf(request, items, { vectors, models }, finding.open);
  const groups = await runSteps(grouping, signal, (done) => tell(from + (1 - from) * done));
  const bare = items.filter((item) => signatureOf(item) === undefined);
  const unhashed = bare.filter((item) => perceptualHashOf(item) === undefined).length;
  return {
    groups: groups.map((group) => toFound(group, rows, items)),
    pictures: rows.length,
    unhashed,
    hashedOnly: bare.length - unhashed,
  };
}

/** The items with the signatures that can be made of their thumbnails, where they have none. */
async function withSignatures(
  source: Source,
  items: readonly Item[],
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<readonly Item[]> {
  if (!source.makeSignature) return items;
  const made: Item[] = [];
  for (const item of items) {
    const isBare = signatureOf(item) === undefined && item.thumbnail !== null;
    const signature = isBare ? await source.makeSignature(item).catch(() => undefined) : undefined; // compared by its hash then
    made.push(signature === undefined ? item : withExtension(item, SIGNATURE, signature));
    if (isBare) {
      tell(made.length / items.length);
      signal.throwIfAborted();
    }
  }
  return made;
}

/** Vectors, and the models that made them. */
interface Made {
  readonly vectors: readonly Float32Array[];
  readonly models: readonly string[];
}

function stepsOf(
  { kind, threshold }: CopiesRequest,
  items: readonly Item[],
  made: Made,
  open: OpenSignatures,
): Steps<CopyGroup[]> {
  if (kind === 'exact') return groupExact(items);
  return kind === 'near' ? groupNear(items, { least: threshold, open }) : groupByModel(items, made, threshold);
}

/** Vectors of two models are never compared. */
function* groupByModel(items: readonly Item[], { vectors, models }: Made, least: number): Steps<CopyGroup[]> {
  const groups: CopyGroup[] = [];
  let done = 0;
  for (const model of new Set(models)) {
    const places = [...models.keys()].filter((place) => models[place] === model);
    const own = places.map((place) => items[place] as Item); // its own places, as below
    const ownVectors = places.map((place) => vectors[place] as Float32Array);
    const to = done + places.length / models.length;
    const dim = ownVectors[0]?.length ?? 0;
    const found = yield* share(groupSimilar(own, ownVectors, { dim, least }), done, to);
    done = to;
    for (const group of found) {
      groups.push({ ...group, members: group.members.map((member) => places[member] as number) });
    }
  }
  // The largest first, as of one model.
  return groups.sort((a, b) => b.members.length - a.members.length);
}

function toFound({ members, reasons }: CopyGroup, rows: Uint32Array, items: readonly Item[]): FoundCopies['groups'][0] {
  return {
    rows: members.map((index) => rows[index] as number),
    ids: members.map((index) => (items[index] as Item).id),
    reasons,
  };
}

function toTimeline(rows: Uint32Array, items: readonly Item[], first: 'newest' | 'oldest'): FoundTimeline {
  const { order, months } = timelineOf(
    items.map(({ date }) => date),
    first,
  );
  return { rows: order.map((index) => rows[index] as number), months, years: yearsOf(months) };
}

/** @throws AfterimageError `index-too-large` where they are too many */
function allRows({ count, order }: Source): Uint32Array {
  if (count > MOST_PICTURES) {
    const most = MOST_PICTURES.toLocaleString('en');
    throw new AfterimageError('index-too-large', `This is only done for collections of up to ${most} pictures.`);
  }
  return order?.() ?? Uint32Array.from({ length: count }, (_, row) => row);
}

async function readInChunks<T>(
  rows: Uint32Array,
  read: (rows: number[]) => Promise<T[]>,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < rows.length; from += CHUNK) {
    all.push(...(await read([...rows.subarray(from, from + CHUNK)])));
    onProgress(all.length / rows.length);
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  return all;
}
