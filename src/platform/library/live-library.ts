import { COPIES, withExtension } from '../../engine/collection/extensions/facts.ts';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import { type Item, LIBRARY, withPerceptualHash } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { createHalfRows } from '../../engine/index/quantised/half-rows.ts';
import { createQuantisedIndex, type QuantisedIndex } from '../../engine/index/quantised/quantised-index.ts';
import type { Kernels } from '../../engine/kernels/kernels.ts';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import { encodeFloat16 } from '../../engine/numeric/float16.ts';
import { type BaselineSample, drawSample } from '../../engine/search/cutoff.ts';
import { createVectorSource } from '../../engine/search/held-vectors.ts';
import type { VectorSource } from '../../engine/search/vector-source.ts';
import { nameOf } from './files.ts';
import type { LibraryChange, LibraryModel, LibraryStore, StoredFolder, StoredPicture } from './library-store.ts';

export type LibraryReads = Pick<LibraryStore, 'model' | 'all' | 'get' | 'folders' | 'subscribe'>;

/** What a change to the library did to its rows. */
export interface RowChange {
  /** Rows whose records are others now. */
  readonly changed: readonly number[];
}

/**
 * The library in memory, made searchable, which follows its store. A row stays what it is for as long as this lives: new
 * pictures get the next numbers, also those that come back after they were removed, so that an answer that is shown goes
 * on meaning the same pictures.
 */
export interface LiveLibrary {
  readonly model: LibraryModel;
  readonly index: QuantisedIndex;
  readonly vectors: VectorSource;
  /** Of all rows that were ever given out: who undoes a removal still sees what it was. */
  readonly items: ItemStore;
  /** Pictures that can be found. */
  readonly count: number;
  /** Their rows in the order in which the pictures came; undefined where that is 0, 1, 2 … */
  order(): Uint32Array | undefined;
  /** Changes whenever rows are added, changed or removed. */
  revision(): number;
  /** Another object when the pictures have changed so much that another sample stands for them. */
  readonly sample: BaselineSample;
  close(): void;
}

export interface LiveLibraryOptions {
  /** Whether pictures of another `store.model()` than the one it was opened with can stand beside what is here. */
  readonly fits?: ((now: LibraryModel) => boolean) | undefined;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
  /** Rows were added, changed or removed. */
  readonly onChange: (change: RowChange) => void;
  /** Its vectors are another model's now, or a change could not be read: it has to be opened again. Nothing more is told. */
  readonly onOutdated: () => void;
}

/** Rows whose vectors are rounded at a time. */
const CHUNK = 2000;
/** A library that grew or shrank by this share is another one to the cut-off. */
const RESAMPLED = 1 / 16;
/** Vectors are the same where only rounding parts them. */
const SAME = 0.9999;

/**
 * @param model of the library, or of what will be added to it while it is empty
 * @throws what the store throws, `index-too-large`, `dimension-mismatch`
 */
export async function openLiveLibrary(
  store: LibraryReads,
  model: LibraryModel,
  { fits = (now) => sameModel(now, model), kernels, onChange, onOutdated }: LiveLibraryOptions,
): Promise<LiveLibrary> {
  let early: LibraryChange[] | undefined = [];
  let take = (change: LibraryChange) => void early?.push(change);
  const unsubscribe = store.subscribe((change) => take(change));
  const [all, firstNames] = await Promise.all([store.all(), namesOf(store)]).catch(stopped(unsubscribe));
  let names = firstNames;
  const rows = createRows(model.dim, all, { kernels, toRow: (picture) => toRow(picture, names) });
  let revision = 0;
  let isOpen = true;
  const close = () => {
    isOpen = false;
    unsubscribe();
  };

  const outdated = () => {
    if (!isOpen) return;
    close();
    onOutdated();
  };

  async function follow(change: LibraryChange): Promise<void> {
    if (change.type === 'model') return outdated();
    if (!isOpen || change.type === 'albums' || ('keys' in change && change.keys.length === 0)) return;
    const pictures = 'keys' in change && change.type !== 'removed' ? await store.get(change.keys) : [];
    if (pictures.some(rows.differs)) {
      const now = await store.model();
      if (!now || now.dim !== model.dim || !fits(now)) return outdated();
    }
    if (pictures.some(({ files }) => files.some(({ folder }) => folder !== null && !names.has(folder)))) {
      names = await namesOf(store);
    }
    if (!isOpen) return;
    const changed = pictures.flatMap((picture) => rows.put(picture));
    if (change.type === 'removed') rows.remove(change.keys);
    if (change.type === 'cleared') rows.clear();
    revision++;
    onChange({ changed });
  }

  // One after the other. What cannot be followed is read anew as a whole.
  let following = Promise.resolve();
  take = (change) => {
    following = following.then(() => follow(change)).catch(outdated);
  };
  for (const change of early) take(change);
  early = undefined;

  return {
    model,
    index: rows.index,
    vectors: createVectorSource(rows.index),
    items: rows.items,
    get count() {
      return rows.index.size;
    },
    order: rows.order,
    revision: () => revision,
    get sample() {
      return rows.sample(revision);
    },
    close() {
      close();
      rows.index.dispose();
    },
  };
}

function stopped(stop: () => void): (error: unknown) => never {
  return (error) => {
    stop();
    throw error;
  };
}

function sameModel(now: LibraryModel, before: LibraryModel): boolean {
  return now.model.id === before.model.id && now.model.sha256 === before.model.sha256;
}

interface Row {
  readonly key: number;
  readonly item: Item;
}

/** Names of one content that its item says: extensions have to stay short. */
const MOST_NAMES = 20;

type FolderNames = ReadonlyMap<number, Pick<StoredFolder, 'name'>>;

async function namesOf(store: Pick<LibraryStore, 'folders'>): Promise<FolderNames> {
  return new Map((await store.folders()).map((folder) => [folder.id, folder]));
}

/** Who reads items finds in them the perceptual hash, as in those of other collections, and all names of the content. */
function toRow({ key, item, phash, files }: StoredPicture, folders: FolderNames): Row {
  const hashed = withPerceptualHash(item, phash);
  if (files.length < 2) return { key, item: hashed };
  const names = files.flatMap((file) => nameOf([file], folders) ?? []);
  return { key, item: withExtension(hashed, COPIES, names.slice(0, MOST_NAMES)) };
}

/** The pictures by row: numbers that were given out stay, those of removed pictures are not found any more. */
function createRows(
  dim: number,
  pictures: readonly StoredPicture[],
  {
    kernels,
    toRow,
  }: { readonly kernels: LiveLibraryOptions['kernels']; readonly toRow: (picture: StoredPicture) => Row },
) {
  const index = indexOf(dim, pictures, kernels);
  const held: Row[] = pictures.map(toRow);
  const byKey = new Map(held.map(({ key }, row) => [key, row]));
  const byId = new Map(held.map(({ item }, row) => [item.id, row]));
  let isPlain = true;
  let sampled: { readonly revision: number; readonly sample: BaselineSample } | undefined;

  const present = () =>
    Uint32Array.from(
      [...byKey].sort(([a], [b]) => a - b),
      ([, row]) => row,
    );

  function forget(key: number): void {
    const row = byKey.get(key);
    if (row === undefined) return;
    index.remove(row);
    byKey.delete(key);
    byId.delete((held[row] as Row).item.id);
    isPlain = false;
  }

  function append(picture: StoredPicture): void {
    const { key, item, vector } = picture;
    const row = index.add(vector as Embedding);
    if (key < (held[row - 1]?.key ?? -1)) isPlain = false;
    held[row] = toRow(picture);
    byKey.set(key, row);
    byId.set(item.id, row);
  }

  const hasVector = (row: number, vector: Float32Array) => {
    const known = index.vectorOf(row);
    return known !== undefined && known.length === vector.length && dot(known, vector) > SAME;
  };

  return {
    index,
    /** Whether its vector may be another model's. */
    differs({ key, vector }: StoredPicture): boolean {
      const row = byKey.get(key);
      return vector.length !== dim || byKey.size === 0 || (row !== undefined && !hasVector(row, vector));
    },
    /** Add a picture, or what is new of it. @returns the row whose record is another one now */
    put(picture: StoredPicture): number[] {
      const row = byKey.get(picture.key);
      if (row !== undefined && hasVector(row, picture.vector)) {
        held[row] = toRow(picture);
        return [row];
      }
      forget(picture.key);
      append(picture);
      return [];
    },
    remove: (keys: readonly number[]) => keys.forEach(forget),
    clear: () => [...byKey.keys()].forEach(forget),
    order: () => (isPlain ? undefined : present()),
    items: {
      get count() {
        return held.length;
      },
      async get(row) {
        const { item } = held[row] ?? fail(row, held.length);
        return item;
      },
      rowOf: async (id) => byId.get(id) ?? -1,
    } satisfies ItemStore,
    sample(revision: number): BaselineSample {
      if (sampled && (sampled.revision === revision || isMuchAlike(sampled.sample, index.size))) return sampled.sample;
      const rows = present();
      const vectorOf = (at: number) => index.vectorOf(rows[at] as number) as Float32Array; // it is present
      sampled = { revision, sample: drawSample(rows.length, dim, vectorOf) };
      return sampled.sample;
    },
  };
}

/** A sample that does not hold all pictures stands for a few more, too. */
function isMuchAlike({ count, dim, vectors }: BaselineSample, now: number): boolean {
  return vectors.length < count * dim && Math.abs(now - count) < count * RESAMPLED;
}

/**
 * Rows of half precision, which the kernels scan: a millisecond a query for 20,000. Each number is rounded to the nearest,
 * which takes a tenth of the time that `toHalves` takes, and the first answer waits for it; it costs similarities 1e-5.
 */
function indexOf(dim: number, pictures: readonly StoredPicture[], kernels: LiveLibraryOptions['kernels']) {
  const rows = createHalfRows({ dim, count: pictures.length, ...(kernels && { kernels }) });
  for (let first = 0; first < pictures.length; first += CHUNK) {
    const some = pictures.slice(first, first + CHUNK);
    const vectors = new Float32Array(some.length * dim);
    for (const [i, { vector }] of some.entries()) vectors.set(checkLength(vector, dim), i * dim);
    rows.put(first, { halves: encodeFloat16(vectors) });
  }
  return createQuantisedIndex(rows);
}

function checkLength(vector: Float32Array, dim: number): Float32Array {
  if (vector.length === dim) return vector;
  throw new AfterimageError('dimension-mismatch', `A picture of the ${LIBRARY} has a vector of another model.`);
}

function fail(row: number, count: number): never {
  throw new AfterimageError('internal', `There is no row ${row} in a library of ${count} pictures.`);
}
