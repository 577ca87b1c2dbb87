import { type Steps, share } from '../../engine/async/steps.ts';
import type { Source } from '../../engine/collection/source/source.ts';
import { type Item, perceptualHashOf } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { type CopyGroup, groupExact, groupNear, groupSimilar } from '../../engine/similar/group-copies.ts';
import { timelineOf, yearsOf } from '../../engine/timeline/timeline.ts';
import { runSteps } from '../../indexing/steps/run-steps.ts';
import type { CopiesRequest, FoundCopies, FoundTimeline, QueryWorkerApi } from '../../protocol/query-worker.ts';

/** Records of so many are held at a time; more are too much for a tab. */
const MOST_PICTURES = 200_000;
/** Records and vectors that are read at a time, between which queries have their turn. */
const CHUNK = 500;
/** Of the work: reading records; reading vectors. */
const READ = 0.2;
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
        return await findCopies(current(), request, signal, tell);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    stopCopies: async () => void start(),
    async timeline(first, rows) {
      const source = current();
      const shown = rows ?? allRows(source);
      const items = await readInChunks(shown, (some) => source.items(some), undefined, beat);
      return toTimeline(shown, items, first);
    },
  };
}

async function findCopies(
  source: Source,
  request: CopiesRequest,
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<FoundCopies> {
  const rows = request.rows ?? allRows(source);
  const items = await readInChunks(
    rows,
    (some) => source.items(some),
    signal,
    (done) => tell(READ * done),
  );
  const isSimilar = request.kind === 'similar';
  const vectors = isSimilar
    ? await readInChunks(
        rows,
        (some) => source.vectorsOf(some, { signal }),
        signal,
        (done) => tell(READ + (READ_VECTORS - READ) * done),
      )
    : [];
  const from = isSimilar ? READ_VECTORS : READ;
  const { modelOf } = source;
  const models = modelOf ? Array.from(rows, (row) => modelOf(row).sha256) : undefined;
  const grouping = stepsOf(request, items, vectors, models);
  const groups = await runSteps(grouping, signal, (done) => tell(from + (1 - from) * done));
  return {
    groups: groups.map((group) => toFound(group, rows, items)),
    pictures: rows.length,
    unhashed: items.filter((item) => perceptualHashOf(item) === undefined).length,
  };
}

/** @param models of the vectors, where they are of several */
function stepsOf(
  { kind, threshold }: CopiesRequest,
  items: readonly Item[],
  vectors: readonly Float32Array[],
  models: readonly string[] | undefined,
): Steps<CopyGroup[]> {
  if (kind === 'exact') return groupExact(items);
  if (kind === 'near') return groupNear(items, threshold);
  return groupByModel(items, vectors, threshold, models ?? items.map(() => ''));
}

/** Vectors of two models are never compared. */
function* groupByModel(
  items: readonly Item[],
  vectors: readonly Float32Array[],
  least: number,
  models: readonly string[],
): Steps<CopyGroup[]> {
  const groups: CopyGroup[] = [];
  let done = 0;
  for (const model of new Set(models)) {
    const places = [...models.keys()].filter((place) => models[place] === model);
    const [own, ownVectors] = [items, vectors].map((all) => places.map((place) => all[place])) as [
      Item[],
      Float32Array[],
    ];
    const dim = ownVectors[0]?.length ?? 0;
    const to = done + places.length / models.length;
    const found = yield* share(groupSimilar(own, ownVectors, { dim, least }), done, to);
    done = to;
    for (const { members, reason } of found) {
      groups.push({ members: members.map((member) => places[member] as number), reason });
    }
  }
  // The largest first, as of one model.
  return groups.sort((a, b) => b.members.length - a.members.length);
}

function toFound({ members, reason }: CopyGroup, rows: Uint32Array, items: readonly Item[]): FoundCopies['groups'][0] {
  return {
    rows: members.map((index) => rows[index] as number),
    ids: members.map((index) => (items[index] as Item).id),
    reason,
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
