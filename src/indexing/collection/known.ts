import type { Collection } from '../../engine/collection/reader.ts';
import {
  dateSourceOf,
  type Encoding,
  type Item,
  perceptualHashOf,
  signatureOf,
} from '../../engine/collection/types.ts';
import { type StoredVectors, vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import type { EmbeddedPicture, Journal, PictureRecord } from '../ports.ts';
import type { CollectionRequest, IndexEvent, IndexRequest } from '../request.ts';
import { factsOf } from './facts.ts';

/**
 * Part of what vectors and thumbnails depend on. Raise it when decoding changes so that they come out differently:
 * journals of interrupted runs are then not continued, and the demo collection is built anew.
 */
export const RECIPE = 3;

/** Raise it when what a journal holds changes. */
const JOURNAL = 2;

/** What a journal can be continued with. */
export function journalKey({ model }: IndexRequest): string {
  return JSON.stringify({ journal: JOURNAL, recipe: RECIPE, model: model.sha256, dim: model.dim });
}

/** What the last state of a collection holds. */
export interface PreviousState {
  readonly collection: Collection;
  readonly items: readonly Item[];
  readonly vectors: StoredVectors;
}

export async function readPrevious(collection: Collection, signal: AbortSignal): Promise<PreviousState> {
  const [items, vectors] = await Promise.all([collection.allItems({ signal }), collection.vectors({ signal })]);
  return { collection, items, vectors };
}

/** The vectors of the last state where they are of the model that is asked for, and nothing is to be begun afresh. */
export function vectorsToKeep(
  previous: Pick<PreviousState, 'collection' | 'vectors'> | undefined,
  { model, fresh }: Pick<CollectionRequest, 'model' | 'fresh'>,
): StoredVectors | undefined {
  if (!previous || fresh) return undefined;
  const { manifest } = previous.collection;
  return manifest.model.sha256 === model.sha256 && manifest.dim === model.dim ? previous.vectors : undefined;
}

export interface Known {
  /** Pictures that need not be decoded again, by id: thumbnail and preview are there, and are what is asked for. */
  readonly known: ReadonlyMap<string, EmbeddedPicture>;
  /** By id, without their previews: those that need not be embedded again either, but have to be drawn. */
  readonly undrawn: ReadonlyMap<string, EmbeddedPicture>;
  /** How many an interrupted run has done. */
  readonly resumed: number;
}

/** What vectors of an encoding tell: one of a higher grade cannot be made from one of a lower. */
const GRADES: Readonly<Record<Encoding, number>> = { int8: 0, f16: 1, f32: 2 };

/** Whether vectors that are stored as `stored` lost more than those that are to be stored as `asked` may lose. */
export function isCoarser(stored: Encoding, asked: Encoding): boolean {
  return GRADES[stored] < GRADES[asked];
}

/**
 * What need not be done again of the last state, where the same model made it and its vectors are fine enough for what is
 * asked for, and of the journal.
 */
export async function knownPictures(
  previous: PreviousState | undefined,
  journal: Journal,
  existing: ReadonlyMap<string, number>,
  request: IndexRequest,
  onEvent: (event: IndexEvent) => void,
): Promise<Known> {
  const known = new Map<string, EmbeddedPicture>();
  const undrawn = new Map<string, EmbeddedPicture>();
  const remember = ({ record, vector }: EmbeddedPicture, mode: IndexRequest['pictures']) => {
    const { id, thumbnail } = record;
    if (thumbnail === null) return; // imported: no run of this pipeline made it
    const preview = request.pictures === 'none' ? null : record.preview;
    const isDrawn =
      (request.pictures === 'none' || request.pictures === mode) &&
      isThere(thumbnail, existing) &&
      (preview === null || isThere(preview, existing));
    if (isDrawn) known.set(id, { record: { ...record, preview }, vector });
    else if (!known.has(id)) undrawn.set(id, { record: { ...record, preview: null }, vector });
  };
  const vectors = vectorsToKeep(previous, request);
  const takesVectors = vectors !== undefined && !isCoarser(vectors.encoding, request.encoding);
  if (vectors && !takesVectors) onEvent({ type: 'note', message: noteOfCoarser(vectors.encoding, request.encoding) });
  if (previous && takesVectors) {
    const { mode } = previous.collection.manifest.pictures;
    for (const [row, item] of previous.items.entries()) {
      remember({ record: toRecord(item), vector: vectorOf(vectors, row) }, mode);
    }
  }
  const before = known.size + undrawn.size;
  for (const { redrawn, mode, ...picture } of await journal.read()) {
    if (takesVectors || !redrawn) remember(picture, mode);
  }
  return { known, undrawn, resumed: known.size + undrawn.size - before };
}

function isThere({ path }: { path: string }, existing: ReadonlyMap<string, number>): boolean {
  return (existing.get(path) ?? 0) > 0;
}

function noteOfCoarser(held: Encoding, asked: Encoding): string {
  return `The vectors that are there are stored as ${held}, from which ${asked} cannot be made: all pictures are embedded again.`;
}

function toRecord(item: Item): PictureRecord {
  const { id, width, height, bytes, date, thumbnail, preview } = item;
  const [dateSource, phash, signature] = [dateSourceOf(item), perceptualHashOf(item), signatureOf(item)];
  return { id, width, height, bytes, date, dateSource, ...factsOf(item), phash, signature, thumbnail, preview };
}
