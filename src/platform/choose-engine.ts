import type { CollectionManifest, Engine } from '../engine/collection/types.ts';
import { maxRows } from './hnsw-index.ts';

interface Offer {
  readonly manifest: Pick<CollectionManifest, 'index' | 'count' | 'dim' | 'hnsw'>;
  /** Whether the collection has what an engine needs beside the vectors. */
  has(kind: 'graph' | 'codes'): boolean;
}

export interface Choice {
  readonly engine: Engine;
  /** For people: a sentence. */
  readonly reason: string;
}

/** What each engine does, after "because" or at the beginning. */
const OWN: Readonly<Record<Engine, string>> = {
  hnsw: 'The collection came with its graph.',
  exact: 'The collection came without a graph: every picture is compared.',
  codes: 'The collection is large: its codes are scanned first, and the best pictures are compared.',
};

/** The engine that was asked for, where the collection can be searched with it; else the collection's own. */
export function chooseEngine(offer: Offer, wanted: Engine | 'auto'): Choice {
  const own = chooseOwn(offer);
  if (wanted === 'auto') return own;
  const obstacle = obstacleTo(wanted, offer);
  if (obstacle !== undefined) return { engine: own.engine, reason: `${obstacle} ${own.reason}` };
  const reason = wanted === 'exact' ? 'It was asked for: every picture is compared.' : 'It was asked for.';
  return { engine: wanted, reason };
}

/** The best one that can be had without being asked. */
function chooseOwn(offer: Offer): Choice {
  const { index } = offer.manifest;
  const obstacle = obstacleTo(index, offer);
  if (obstacle === undefined) return { engine: index, reason: OWN[index] };
  if (index !== 'codes' && obstacleTo('codes', offer) === undefined) {
    return { engine: 'codes', reason: `${obstacle} Its codes are scanned instead.` };
  }
  return { engine: 'exact', reason: `${obstacle} Every picture is compared.` };
}

/** Why this collection cannot be searched with that engine, as a sentence. */
function obstacleTo(engine: Engine, { manifest, has }: Offer): string | undefined {
  if (engine === 'codes') return has('codes') ? undefined : 'The collection has no codes.';
  if (engine === 'exact') return undefined;
  if (!has('graph')) return 'The collection has no graph.';
  const { count, dim, hnsw } = manifest;
  const limit = maxRows(dim, hnsw.M);
  if (count <= limit) return undefined;
  return `The graph does not fit: 2 GiB of memory hold ${limit.toLocaleString('en')} pictures of ${dim} dimensions.`;
}
