import { memoise } from '../../../engine/async/cached/memoise.ts';
import { fitsModel } from '../../../engine/collection/assert-model.ts';
import { ALL, ALL_TITLE, type CollectionManifest } from '../../../engine/collection/types.ts';
import { createMergedRetriever, mergeSamples } from '../../../engine/merged/merged-retriever.ts';
import { createMergedSource, haveSameModel } from '../../../engine/merged/merged-source.ts';
import { createPlaces, type Places } from '../../../engine/merged/places.ts';
import type { BaselineSample } from '../../../engine/search/cutoff.ts';
import type { LiveState, Together, WorkerEvent } from '../../../protocol/query-worker.ts';
import type { Opened, OpenedGroup, OpenedIndex } from './opened.browser.ts';

export interface Merged {
  readonly opened: Opened;
  /** What the library says of itself, as it is for all. */
  translate(event: WorkerEvent): WorkerEvent;
}

/**
 * Several open collections as one. Those of one model are searched as one; `groups` has those of each where they are of
 * several.
 * @param parts at least one, of which only the last may change while it is open
 */
export function mergeParts(parts: readonly Opened[], apart: Together['apart']): Merged {
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
  const groups = groupParts(parts, places);
  const [first, ...others] = groups;
  const collections = parts.map(({ manifest: { name, title, licence, model } }) => ({
    ...{ name, title, licence, made: model },
  }));
  const searchedAt = [...new Set(parts.flatMap(({ info }) => info.searchedAt ?? []))];
  const opened: Opened = {
    manifest,
    info: {
      manifest: shown,
      fromCache: parts.some(({ info }) => info.fromCache),
      live: live && state(live.numbering),
      ...(searchedAt.length > 0 && { searchedAt }),
      together: { collections, apart, models: groups.map((group) => group.manifest.model) },
    },
    ...{ source, items },
    index: (first as OpenedGroup).index, // there is a part
    ...(others.length > 0 && { groups }),
    async keep(encoder) {
      const problems: (string | undefined)[] = [];
      for (const part of parts) {
        // Without its model, a collection is of no use without a network.
        if (fitsModel(part.manifest, encoder.manifest))
          problems.push(await part.keep(encoder)); // each commits what it has read
        else part.release();
      }
      return problems.find((problem) => problem !== undefined);
    },
    release: () => parts.forEach((part) => void part.release()),
    close() {
      for (const part of parts) part.close?.();
      for (const { index } of others) index.peek()?.then(({ retriever }) => retriever.dispose(), ignore);
    },
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

function ignore(): void {}

/** Of each model one group, in the order in which the models come; the last part is the last of its group. */
function groupParts(parts: readonly Opened[], places: Places): OpenedGroup[] {
  const byModel: number[][] = [];
  for (const [part, { manifest }] of parts.entries()) {
    const known = byModel.find(([first = 0]) => haveSameModel((parts[first] as Opened).manifest, manifest));
    if (known) known.push(part);
    else byModel.push([part]);
  }
  return byModel.map((numbers) => {
    const own = numbers.map((number) => parts[number] as Opened);
    const { source, items } = createMergedSource(ALL, own);
    const ownPlaces = createPlaces(own.map((part) => part.source));
    const manifest = mergedManifest(own, source.count);
    return {
      ...{ manifest, items },
      index: memoise(() => mergeIndexes(own, manifest, source.vectorsOf, ownPlaces)),
      rowAt(row) {
        const place = ownPlaces.placeOf(row);
        return places.rowAt({ part: numbers[place.part] as number, row: place.row });
      },
    };
  });
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
