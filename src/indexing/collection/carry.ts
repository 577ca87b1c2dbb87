/** What a collection holds that this version does not know, and what of it stays when the collection is written again. */
import { withExtension } from '../../engine/collection/extensions/facts.ts';
import type { Collection } from '../../engine/collection/reader.ts';
import {
  type CollectionManifest,
  type Dependence,
  type Item,
  isKnown,
  type Part,
  PERCEPTUAL_HASH,
  perceptualHashOf,
  SIGNATURE,
  signatureOf,
} from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionPorts } from '../request.ts';
import { withNamed } from './facts.ts';
import type { PreviousState } from './known.ts';

/** What an item may have and need not. */
type Additions = Pick<Item, 'media' | 'duration' | 'extensions'>;

/** What an item says beyond what every item does. */
export function additionsOf({ media, duration, extensions }: Item): Additions {
  return {
    ...(media !== undefined && { media }),
    ...(duration !== undefined && { duration }),
    ...(extensions !== undefined && { extensions }),
  };
}

/**
 * The items with the additions that those of the same id had in the last state.
 * @param own names of extensions that are as the items have them, whatever they were before
 */
export function withAdditions(
  items: readonly Item[],
  previous: PreviousState | undefined,
  own: readonly string[],
): readonly Item[] {
  const known: KnownAdditions = new Map();
  for (const item of previous?.items ?? []) rememberAdditions(known, item);
  return withKnownAdditions(items, known, own);
}

/** Additions by id. */
export type KnownAdditions = Map<string, Additions>;

export function rememberAdditions(known: KnownAdditions, item: Item): void {
  const additions = additionsOf(item);
  if (Object.keys(additions).length > 0) known.set(item.id, additions);
}

/** As `withAdditions`, of which they are known. */
export function withKnownAdditions(
  items: readonly Item[],
  known: KnownAdditions,
  own: readonly string[],
): readonly Item[] {
  return known.size === 0
    ? items
    : items.map((item) => {
        const added = withNamed({ ...item, ...known.get(item.id) }, item, own);
        return withLook(added, item);
      });
}

/** The item with what another one says of how the picture looks. */
function withLook(item: Item, from: Item): Item {
  const looks = [[PERCEPTUAL_HASH, perceptualHashOf(from)] as const, [SIGNATURE, signatureOf(from)] as const];
  return looks.reduce((kept, [name, look]) => (look === undefined ? kept : withExtension(kept, name, look)), item);
}

/** What sections may depend on, of the state that is to be written. */
export type NextState = Pick<CollectionManifest, 'fingerprint' | 'model' | 'dim'>;

/**
 * Take over the sections of `before` that this version does not know and that still fit. Those that do not fit, and those
 * that cannot be read, are left out, and a note says so.
 * @returns their parts, which are in the store
 */
export async function carryOver(
  before: Collection | undefined,
  next: NextState,
  signal: AbortSignal,
  { store, onEvent }: Pick<CollectionPorts, 'store' | 'onEvent'>,
): Promise<Part[]> {
  if (!before) return [];
  const carried: Part[] = [];
  const others = before.manifest.parts.filter((part) => !isKnown(part));
  for (const kind of new Set(others.map((part) => part.kind))) {
    const parts = others.filter((part) => part.kind === kind);
    const problem = whyNot(parts[0]?.dependsOn, before.manifest, next) ?? (await take(before, parts, signal, store));
    if (problem === undefined) carried.push(...parts);
    else onEvent({ type: 'note', message: `The section ${kind} is left out: ${problem}` });
  }
  return carried;
}

/** Why a section does not fit the state that is to be written. */
function whyNot(dependsOn: Dependence | undefined, before: NextState, next: NextState): string | undefined {
  if (dependsOn === 'nothing') return undefined;
  if (before.model.sha256 !== next.model.sha256 || before.dim !== next.dim) return 'it goes with another model.';
  if (dependsOn === 'model' || before.fingerprint === next.fingerprint) return undefined;
  return 'it was made for the pictures that were there before, in their order. Make it again.';
}

/** Put a section into the store. @returns why it cannot be read */
async function take(
  before: Collection,
  parts: readonly Part[],
  signal: AbortSignal,
  store: CollectionPorts['store'],
): Promise<string | undefined> {
  for (const part of parts) {
    try {
      await store.writePart({ path: part.path, bytes: await before.readPart(part, { signal }) });
    } catch (error) {
      if (!(error instanceof AfterimageError && /^part-/.test(error.code))) throw error;
      return error.message;
    }
  }
  return undefined;
}
