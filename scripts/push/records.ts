import { createHash } from 'node:crypto';
import { cameraOf, placeOf } from '../../src/engine/collection/extensions/facts.ts';
import type { Item } from '../../src/engine/collection/types.ts';
import { dayOf, typeOf } from '../../src/engine/query/filter-rows.ts';

/** What a record of a server is called and holds beside its vector. */
export interface PushRecord {
  /** Of the item: by its content, so that what is there is known again. */
  readonly id: string;
  /** The row, by which the page knows the item; it changes when pictures come before it. */
  readonly uri: string;
  readonly metadata: Readonly<Record<string, string | number>>;
}

/** The member that says which vector it is, so that one of the same picture by another encoding is sent again. */
export const VECTOR = 'vector';

/** @param vector as it is sent */
export function recordOf(item: Item, row: number, vector: Float32Array): PushRecord {
  return { id: item.id, uri: String(row), metadata: { ...metadataOf(item), [VECTOR]: hashOf(vector) } };
}

/**
 * What filters of the page look at, for whoever asks the server by itself: Chroma compares numbers only, so that a day is one
 * (20261128). What is not known is absent.
 */
function metadataOf(item: Item): Record<string, string | number> {
  const day = dayOf(item)?.replaceAll('-', '');
  const [latitude, longitude] = placeOf(item) ?? [];
  const said = {
    name: item.name,
    title: item.title ?? undefined,
    type: typeOf(item),
    day: day?.length === 8 ? Number(day) : undefined,
    camera: cameraOf(item),
    ...{ latitude, longitude },
    width: item.width || undefined,
    height: item.height || undefined,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | number
  >;
}

function hashOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
    .slice(0, 16);
}

/** Equal for records that say the same. */
export function saidBy({ uri, metadata }: Pick<PushRecord, 'uri' | 'metadata'>): string {
  return JSON.stringify([uri, Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
