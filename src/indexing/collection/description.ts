/** What the manifest of a collection says that is built. */
import type { Extensions } from '../../engine/collection/extensions/extensions.ts';
import { RECALL } from '../../engine/collection/extensions/recall.ts';
import type { CollectionManifest, IndexKind, Item } from '../../engine/collection/types.ts';
import type { CollectionDescription } from '../../engine/collection/writer.ts';
import { beamFor } from '../indexes/beam.ts';
import { chooseKind } from '../indexes/choose-kind.ts';
import type { CollectionPorts, CollectionRequest } from '../request.ts';
import type { Said } from './last-state.ts';

/** A request of which it is known which index it comes to. */
export type KnownRequest<T = CollectionRequest> = T & { readonly index: IndexKind };

/** The index that was asked for, or that suits so many pictures, which is said. */
export function withKind<T extends Pick<CollectionRequest, 'index' | 'encoding' | 'model'>>(
  count: number,
  request: T,
  { onEvent }: Pick<CollectionPorts, 'onEvent'>,
): KnownRequest<T> {
  const { model, encoding } = request;
  const { index, reason } = chooseKind(request.index, { count, dim: model.dim, encoding });
  if (reason !== null) onEvent({ type: 'note', message: reason });
  return { ...request, index };
}

interface Described {
  readonly said: Said;
  /** Bytes of pictures by path. */
  readonly existing: ReadonlyMap<string, number>;
  readonly request: KnownRequest;
}

/** @param pictures paths of thumbnails and previews */
export function descriptionOf(
  count: number,
  pictures: ReadonlySet<string>,
  { said, existing, request }: Described,
): CollectionDescription {
  let bytes = 0;
  for (const path of pictures) bytes += existing.get(path) ?? 0;
  return {
    name: request.name,
    title: request.title ?? said.title ?? request.name,
    description: request.description ?? said.description ?? '',
    licence: (request.licence ?? said.licence) || null,
    examples: request.examples ?? said.examples ?? [],
    created: request.created,
    model: { id: request.model.id, sha256: request.model.sha256 },
    dim: request.model.dim,
    hnsw: { ...request.hnsw, efSearch: request.hnsw.efSearch ?? beamFor(count) },
    index: request.index,
    pictures: { mode: request.pictures, bytes },
    ...withExtensions(othersOf(said.extensions)),
  };
}

/** The extensions of others; those of our own are made anew. */
export function othersOf(given: Extensions = {}): Extensions {
  const { [RECALL]: _, ...others } = given;
  return others;
}

function withExtensions(all: Extensions): Pick<CollectionDescription, 'extensions'> {
  return Object.keys(all).length > 0 ? { extensions: all } : {};
}

/** Thumbnails and previews of items. */
export function picturePathsOf(items: readonly Item[]): Set<string> {
  const paths = new Set<string>();
  for (const { thumbnail, preview } of items) {
    for (const one of [thumbnail, preview]) if (one) paths.add(one.path);
  }
  return paths;
}

/** All files of a collection but the manifest. */
export function pathsOf(pictures: ReadonlySet<string>, { parts }: CollectionManifest): Set<string> {
  return new Set([...parts.map(({ path }) => path), ...pictures]);
}
