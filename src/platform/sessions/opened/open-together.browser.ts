import { memoise } from '../../../engine/async/cached/memoise.ts';
import { ALL, ALL_TITLE, type CollectionEntry, type CollectionManifest } from '../../../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { createMergedRetriever, mergeSamples } from '../../../engine/merged/merged-retriever.ts';
import { createMergedSource, haveSameModel } from '../../../engine/merged/merged-source.ts';
import { createPlaces, type Places } from '../../../engine/merged/places.ts';
import type { BaselineSample } from '../../../engine/search/cutoff.ts';
import type { LiveState, LoadStage, Together, WorkerEvent } from '../../../protocol/query-worker.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import type { Opened, OpenedIndex } from './opened.browser.ts';

type Open = (connection: Connection) => Promise<Opened>;

/**
 * All collections that the first one's model made, and the visitor's own pictures, as one. The others, and those that cannot
 * be read, are left out and named.
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
  const together = choose(site, read, library);
  for (const one of [...opened, ...(library ? [library] : [])]) if (!together.parts.includes(one)) discard(one);
  const [first] = together.parts;
  if (!first) throw failureOf(read);
  merged = mergeParts(together.parts, { collections: together.parts.map(({ manifest }) => manifest), ...together });
  return merged.opened;
}

/** Those whose vectors can be compared with those of the first, the library last: it grows. */
function choose(
  site: readonly CollectionEntry[],
  read: readonly PromiseSettledResult<Opened>[],
  library: Opened | undefined,
): { readonly parts: readonly Opened[]; readonly apart: Together['apart'] } {
  const parts: Opened[] = [];
  const apart: Together['apart'][number][] = [];
  const fits = ({ manifest }: Opened) => parts[0] === undefined || haveSameModel(parts[0].manifest, manifest);
  const otherModel = 'It was made with another model, so it is searched by itself only.';
  for (const [i, { name, title }] of site.entries()) {
    const one = read[i];
    if (one?.status === 'fulfilled' && fits(one.value)) parts.push(one.value);
    else if (one?.status === 'fulfilled') apart.push({ name, title, reason: otherModel });
    else if (one) apart.push({ name, title, reason: toAfterimageError(one.reason).message });
  }
  if (library && fits(library)) parts.push(library);
  else if (library && library.info.live?.count !== 0) {
    const { name, title } = library.manifest;
    apart.push({ name, title, reason: 'They were added with another model, so they are searched by themselves only.' });
  }
  return { parts, apart };
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

interface Merged {
  readonly opened: Opened;
  /** What the library says of itself, as it is for all. */
  translate(event: WorkerEvent): WorkerEvent;
}

function mergeParts(parts: readonly Opened[], { collections, apart }: Together): Merged {
  const { source, items } = createMergedSource(ALL, parts);
  const places = createPlaces(parts.map((part) => part.source));
  const last = parts.length - 1;
  const live = parts[last]?.info.live;
  const state = (numbering: number): LiveState => {
    const order = source.order?.();
    return { numbering, count: order?.length ?? source.count, order };
  };
  const manifest = mergedManifest(parts, source.count);
  const { parts: _parts, ...shown } = manifest;
  const opened: Opened = {
    manifest,
    info: {
      manifest: shown,
      fromCache: parts.some(({ info }) => info.fromCache),
      live: live && state(live.numbering),
      together: { collections: collections.map(({ name, title, licence }) => ({ name, title, licence })), apart },
    },
    ...{ source, items },
    index: memoise(() => mergeIndexes(parts, manifest, source.vectorsOf, places)),
    async keep(encoder) {
      const problems: (string | undefined)[] = [];
      for (const part of parts) problems.push(await part.keep(encoder)); // each commits what it has read
      return problems.find((problem) => problem !== undefined);
    },
    release: () => parts.forEach((part) => void part.release()),
    close: () => parts.forEach((part) => void part.close?.()),
  };
  return {
    opened,
    translate(event) {
      if (event.type === 'collection-outdated') return { ...event, name: ALL };
      if (event.type !== 'collection-changed') return event;
      const changed = event.changed.map((row) => places.rowAt({ part: last, row }));
      return { ...event, name: ALL, changed, ...state(event.numbering) };
    },
  };
}

async function mergeIndexes(
  parts: readonly Opened[],
  manifest: CollectionManifest,
  vectorsOf: OpenedIndex['vectors']['vectorsOf'],
  places: Places,
): Promise<OpenedIndex> {
  const indexes = await Promise.all(parts.map(({ index }) => index.get()));
  const retriever = createMergedRetriever(
    indexes.map((one) => one.retriever),
    places,
  );
  const live = indexes.at(-1)?.live;
  const last = indexes.length - 1;
  const sample = createSample(indexes);
  const loadMs = indexes.reduce((sum, { info }) => sum + info.loadMs, 0);
  const onDemand = indexes.some((one) => one.onDemand);
  return {
    ...{ manifest, retriever, onDemand },
    vectors: { vectorsOf },
    get sample() {
      return sample();
    },
    together: parts.map((part) => part.manifest.name),
    live: live && {
      revision: live.revision,
      has(row) {
        const place = places.placeOf(row);
        return place.part !== last || live.has(place.row);
      },
    },
    arrived: Promise.all(indexes.map(({ arrived }) => arrived)).then(() => undefined),
    info: {
      ...{ kind: retriever.kind, count: retriever.size, dim: retriever.dim, onDemand, loadMs },
      reason: 'Each collection is searched by its own index.',
    },
  };
}

/** Made anew when the sample of one of them is another one. */
function createSample(indexes: readonly OpenedIndex[]): () => BaselineSample {
  let known: { readonly of: readonly BaselineSample[]; readonly sample: BaselineSample } | undefined;
  return () => {
    const of = indexes.map(({ sample }) => sample);
    if (!known?.of.every((one, i) => one === of[i])) known = { of, sample: mergeSamples(of) };
    return known.sample;
  };
}

function mergedManifest(parts: readonly Opened[], count: number): CollectionManifest {
  const manifests = parts.map(({ manifest }) => manifest);
  const first = manifests[0] as CollectionManifest; // there is one, or nothing is opened
  const titles = new Intl.ListFormat('en').format(manifests.map(({ title }) => title));
  return {
    ...first,
    ...{ name: ALL, title: ALL_TITLE, count },
    description: `From ${titles}.`,
    licence: null,
    pictures: { mode: 'preview', bytes: manifests.reduce((sum, { pictures }) => sum + pictures.bytes, 0) },
    ...{ fingerprint: '', parts: [], sha256: '' },
  };
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
