import type { CollectionEntry } from '../../../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { haveSameModel } from '../../../engine/merged/merged-source.ts';
import type { LoadStage, Together, WorkerEvent } from '../../../protocol/query-worker.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import { type Merged, mergeParts } from './merge-parts.browser.ts';
import type { Opened } from './opened.browser.ts';

type Open = (connection: Connection) => Promise<Opened>;

/**
 * All collections of the site and the visitor's own pictures as one. Those that cannot be read are left out and named.
 * @param site what the site offers
 * @throws AfterimageError `collection-not-found` where nothing is there; where nothing can be read, why the first cannot
 */
export async function openTogether(
  connection: Connection,
  site: readonly CollectionEntry[],
  openSite: (name: string, connection: Connection) => Promise<Opened>,
  openOwn: Open,
): Promise<Opened> {
  const progress = sumProgress(connection.emit);
  let merged: Merged | undefined;
  const emit = (event: WorkerEvent) => connection.emit(merged ? merged.translate(event) : event);
  const opening = site.map(({ name }) => openSite(name, { ...connection, emit: progress() }));
  const own = openOwn({ ...connection, emit });
  const [read, library] = [await Promise.allSettled(opening), await own.catch(() => undefined)];
  const opened = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const isIn = library && (opened.length === 0 || library.info.live?.count !== 0 || fitsSome(library, opened));
  if (library && !isIn) discard(library);
  const parts = library && isIn ? [...opened, library] : opened; // last: it grows
  if (parts.length === 0) throw failureOf(read);
  merged = mergeParts(parts, apartOf(site, read));
  return merged.opened;
}

/** An empty library of another model has nothing to search, and would only ask for that model. */
function fitsSome(library: Opened, opened: readonly Opened[]): boolean {
  return opened.some(({ manifest }) => haveSameModel(manifest, library.manifest));
}

function apartOf(site: readonly CollectionEntry[], read: readonly PromiseSettledResult<Opened>[]): Together['apart'] {
  return site.flatMap(({ name, title }, i) => {
    const one = read[i];
    return one?.status === 'rejected' ? [{ name, title, reason: toAfterimageError(one.reason).message }] : [];
  });
}

function failureOf(read: readonly PromiseSettledResult<Opened>[]): AfterimageError {
  const failed = read.find((one) => one.status === 'rejected');
  if (failed) return toAfterimageError(failed.reason);
  return new AfterimageError('collection-not-found', 'There are no pictures here to search.');
}

function discard(one: Opened): void {
  one.close?.();
  one.release();
  one.index.peek()?.then(
    ({ retriever }) => retriever.dispose(),
    () => undefined,
  );
}

/** Of what several read at the same time, the sum is told. */
function sumProgress(emit: (event: WorkerEvent) => void): () => (event: WorkerEvent) => void {
  const all: Map<LoadStage, { readonly loaded: number; readonly total: number }>[] = [];
  return () => {
    const mine: (typeof all)[number] = new Map();
    all.push(mine);
    return (event) => {
      if (event.type !== 'progress') return emit(event);
      const { stage } = event;
      mine.set(stage, event);
      const known = all.flatMap((one) => one.get(stage) ?? []);
      const loaded = known.reduce((sum, one) => sum + one.loaded, 0);
      const total = known.reduce((sum, one) => sum + one.total, 0);
      emit({ type: 'progress', stage, loaded, total });
    };
  };
}
