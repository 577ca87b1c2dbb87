/** What is in place before a run. */

import {
  type Extensions,
  extensions,
  MAX_MANIFEST_EXTENSION_BYTES,
} from '../../engine/collection/extensions/extensions.ts';
import { isNewer } from '../../engine/collection/manifest.ts';
import type { Collection } from '../../engine/collection/reader.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { type Check, list, member, nullable, text } from '../../engine/formats/check.ts';
import type { CollectionPorts, CollectionRequest } from '../request.ts';
import type { PreviousState } from './known.ts';

/** What a collection says of itself. People wrote it: it outlives what is computed. */
export interface Said {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly licence?: string | null | undefined;
  readonly examples?: readonly string[] | undefined;
  readonly extensions?: Extensions | undefined;
}

export interface LastState<Previous = PreviousState> {
  /** Undefined where there is none, or none that can be read. */
  readonly previous: Previous | undefined;
  readonly said: Said;
  /** Why what is there cannot be read: which pictures it holds is unknown, and it is built anew. */
  readonly unreadable: string | undefined;
}

/**
 * What is there, as far as it can be read.
 * @param read what is to be known of it
 * @throws AfterimageError `collection-version` for what a newer Afterimage wrote, which would be lost, unless everything is
 *   to be begun afresh
 */
export async function lastState<Previous>(
  { name, signal, fresh }: Pick<CollectionRequest, 'name' | 'signal' | 'fresh'>,
  { store, manifestText }: Pick<CollectionPorts, 'store' | 'manifestText'>,
  read: (collection: Collection, signal: AbortSignal) => Promise<Previous>,
): Promise<LastState<Previous>> {
  try {
    const collection = await store.previous();
    const previous = collection && (await read(collection, signal));
    return { previous, said: collection?.manifest ?? {}, unreadable: undefined };
  } catch (error) {
    if (!(error instanceof AfterimageError)) throw error;
    const text = (await manifestText()) ?? '';
    if (!fresh && isNewer(text)) throw newer(name, error);
    // Of an older version, or with damaged parts: the texts are whole. In a damaged manifest they may be damaged too.
    const said = error.code === 'collection-invalid' ? {} : saidBy(text, name);
    return { previous: undefined, said, unreadable: error.message };
  }
}

function newer(name: string, { code }: AfterimageError): AfterimageError {
  const message =
    `A newer Afterimage wrote the collection ${name} that is there, and this one cannot read all of it. Update Afterimage. ` +
    'To build the collection anew with this version instead, delete its folder first.';
  return new AfterimageError(code, message);
}

/** A line for people where what is there cannot be read. */
export function noteOfUnreadable({ unreadable }: Pick<LastState, 'unreadable'>, how = ''): string[] {
  return unreadable === undefined ? [] : [`The collection that is there is built anew${how}: ${unreadable}`];
}

/**
 * The texts of a manifest of whatever version, each where it fits the manifests that are written now. Untrusted.
 * @param name of the collection: a copy of another one's folder speaks of that one.
 */
export function saidBy(manifest: string, name: string): Said {
  const value = unlessItThrows((): unknown => JSON.parse(manifest));
  if (member(value, 'format') !== 'afterimage-collection' || member(value, 'name') !== name) return {};
  const read = <T>(key: keyof Said, check: Check<T>) => unlessItThrows(() => check(member(value, key), key));
  return {
    title: read('title', text(1, 500)),
    description: read('description', text(0, 5000)),
    licence: read('licence', nullable(text(1, 500))),
    examples: read('examples', list(text(1, 500), 100)),
    extensions: read('extensions', extensions(MAX_MANIFEST_EXTENSION_BYTES)),
  };
}

function unlessItThrows<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
