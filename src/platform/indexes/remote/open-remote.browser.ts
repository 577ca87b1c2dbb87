import { memoise } from '../../../engine/async/cached/memoise.ts';
import { readAdapter } from '../../../engine/collection/extensions/adapter.ts';
import { originOf, type RemoteLocation, SAMPLE } from '../../../engine/collection/extensions/remote.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import type { RemoteState } from '../../../protocol/query-worker.ts';
import type { OpenCollection } from '../../collections/collection-source.browser.ts';
import type { OpenIndex } from '../open-index.browser.ts';
import { checkRemote } from './check-remote.ts';
import { openChroma } from './chroma.ts';
import { type Answering, createRemoteFirst } from './remote-first.ts';
import { createRemoteRetriever } from './remote-retriever.ts';
import { createRemoteVectors } from './remote-vectors.ts';
import { decodeSample } from './sample.ts';

export interface OpenRemoteOptions {
  readonly location: RemoteLocation;
  /** Origins that the policy of this site lets the page talk to. */
  readonly allowed: readonly string[];
  /** Opens the index of the collection itself: called when the server does not answer. */
  readonly openLocal: () => Promise<Answering>;
  readonly onState: (state: RemoteState) => void;
}

/**
 * An open collection whose manifest names a server, searched by that. The server is asked when the first query comes.
 * @throws AfterimageError `part-missing`, `part-corrupt`, `offline`, `network`: of the sample, without which nobody can tell
 *   what a good match is
 */
export async function openRemote(
  { collection, items }: OpenCollection,
  { location, allowed, openLocal, onState }: OpenRemoteOptions,
): Promise<Omit<OpenIndex, 'index' | 'reason'>> {
  const { manifest } = collection;
  const { count, dim } = manifest;
  const began = performance.now();
  const part = manifest.parts.find(({ kind }) => kind === SAMPLE);
  if (!part)
    throw new AfterimageError('part-missing', 'The collection has no sample, which it needs beside its server.');
  const [bytes, adapter] = await Promise.all([collection.readPart(part), readAdapter(collection)]);
  const sample = decodeSample(bytes, manifest);
  const idsOf = async (rows: readonly number[]) => {
    const found = await Promise.all(rows.map((row) => items.get(row)));
    return found.map(({ id }) => id);
  };
  const open = async (): Promise<Answering> => {
    const chroma = openChroma(location);
    refuseUnnamed(location, allowed);
    const state = await chroma.describe();
    checkRemote(state, location, manifest);
    const rows = { chroma, id: state.id, space: location.space, dim, count, idsOf };
    return { retriever: createRemoteRetriever(rows), vectors: createRemoteVectors(rows) };
  };
  const answering = createRemoteFirst({ dim, count, openRemote: open, local: memoise(openLocal), onState });
  const loadMs = performance.now() - began;
  const reason = `The collection is searched by the server ${originOf(location)}, as its manifest says.`;
  return {
    ...{ manifest, sample, adapter, onDemand: true, arrived: Promise.resolve() },
    ...answering,
    info: { kind: 'remote', reason, count, dim, onDemand: true, loadMs },
  };
}

/** The browser would refuse it too, and tell nobody why. */
function refuseUnnamed(location: RemoteLocation, allowed: readonly string[]): void {
  const origin = originOf(location);
  if (allowed.includes(origin)) return;
  throw new AfterimageError(
    'remote-refused',
    `This site was built before ${origin} was named, and may not talk to it.`,
  );
}
