import type { Collection } from '../engine/collection/reader.ts';
import { type StoredVectors, vectorOf } from '../engine/collection/stored-vectors.ts';
import type { Item } from '../engine/collection/types.ts';
import type { EmbeddedPicture, Journal, PictureRecord } from './ports.ts';
import type { IndexRequest } from './request.ts';

/**
 * Part of what vectors and thumbnails depend on. Raise it when decoding changes so that they come out differently:
 * journals of interrupted runs are then not continued, and the demo collection is built anew.
 */
export const RECIPE = 1;

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

export interface Known {
  /** Pictures that need not be decoded again, by id: thumbnail and preview are there, and are what is asked for. */
  readonly known: ReadonlyMap<string, EmbeddedPicture>;
  /** By id, without their previews: those that need not be embedded again either, but have to be drawn. */
  readonly undrawn: ReadonlyMap<string, EmbeddedPicture>;
  /** How many an interrupted run has done. */
  readonly resumed: number;
}

/** What need not be done again of the last state, when the same model made it, and of the journal. */
export async function knownPictures(
  previous: PreviousState | undefined,
  journal: Journal,
  existing: ReadonlyMap<string, number>,
  request: IndexRequest,
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
  if (previous && !request.fresh && isUsable(previous.collection, request)) {
    const { mode } = previous.collection.manifest.pictures;
    for (const [row, item] of previous.items.entries()) {
      remember({ record: toRecord(item), vector: vectorOf(previous.vectors, row) }, mode);
    }
  }
  const before = known.size + undrawn.size;
  for (const { redrawn, mode, ...picture } of await journal.read()) {
    if (!(redrawn && request.fresh)) remember(picture, mode);
  }
  return { known, undrawn, resumed: known.size + undrawn.size - before };
}

function isThere({ path }: { path: string }, existing: ReadonlyMap<string, number>): boolean {
  return (existing.get(path) ?? 0) > 0;
}

function isUsable({ manifest }: Collection, { model }: IndexRequest): boolean {
  return manifest.model.sha256 === model.sha256 && manifest.dim === model.dim;
}

function toRecord({ name: _name, title: _title, licence: _licence, ...record }: Item): PictureRecord {
  return record;
}
