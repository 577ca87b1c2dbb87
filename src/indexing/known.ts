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

/** What a journal can be continued with. */
export function journalKey({ model, pictures }: IndexRequest): string {
  return JSON.stringify({ recipe: RECIPE, model: model.sha256, dim: model.dim, pictures });
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

/**
 * Pictures that need not be decoded and embedded again, by id: those of the last state, when the same model made it,
 * and those of the journal; of both only those whose thumbnail and preview are still there.
 */
export async function knownPictures(
  previous: PreviousState | undefined,
  journal: Journal,
  existing: ReadonlyMap<string, number>,
  request: IndexRequest,
): Promise<{ known: Map<string, EmbeddedPicture>; resumed: number }> {
  const known = new Map<string, EmbeddedPicture>();
  const remember = (picture: EmbeddedPicture) => {
    const { id, thumbnail, preview } = picture.record;
    if (thumbnail === null) return; // imported: no run of this pipeline made it
    if (isThere(thumbnail, existing) && (preview === null || isThere(preview, existing))) known.set(id, picture);
  };
  if (previous && !request.fresh && isUsable(previous.collection, request)) {
    for (const [row, item] of previous.items.entries()) {
      remember({ record: toRecord(item), vector: vectorOf(previous.vectors, row) });
    }
  }
  const before = known.size;
  for (const picture of await journal.read()) remember(picture);
  return { known, resumed: known.size - before };
}

function isThere({ path }: { path: string }, existing: ReadonlyMap<string, number>): boolean {
  return (existing.get(path) ?? 0) > 0;
}

function isUsable({ manifest }: Collection, { model, pictures }: IndexRequest): boolean {
  return manifest.model.sha256 === model.sha256 && manifest.dim === model.dim && manifest.pictures.mode === pictures;
}

function toRecord({ name: _name, title: _title, licence: _licence, ...record }: Item): PictureRecord {
  return record;
}
