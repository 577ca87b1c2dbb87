import type { CollectionManifest, Engine } from '../engine/collection/types.ts';
import { maxRows } from './hnsw-index.ts';

interface Offer {
  readonly manifest: Pick<CollectionManifest, 'index' | 'count' | 'dim' | 'hnsw' | 'quantiser'>;
  /** Whether the collection has what an engine needs beside the vectors. */
  has(kind: 'graph' | 'codes'): boolean;
}

/** What may be asked for: an engine, or the one of codes that reads vectors block by block as they are needed. */
export type EngineRequest = 'auto' | 'blocks' | Engine;

export interface Choice {
  readonly engine: Engine;
  /** Vectors are read as they are needed. */
  readonly onDemand: boolean;
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
export function chooseEngine(offer: Offer, wanted: EngineRequest): Choice {
  const own = chooseOwn(offer);
  if (wanted === 'auto') return own;
  const onDemand = wanted === 'blocks';
  const engine = onDemand ? 'codes' : wanted;
  const obstacle = obstacleTo(engine, offer);
  if (obstacle !== undefined) return { ...own, reason: `${obstacle} ${own.reason}` };
  return { engine, onDemand, reason: `It was asked for${ASKED[wanted]}.` };
}

const ASKED: Readonly<Record<Exclude<EngineRequest, 'auto'>, string>> = {
  hnsw: '',
  exact: ': every picture is compared',
  codes: ': codes are scanned first, the best pictures are compared by their vectors',
  blocks: ': codes are scanned first, the vectors of the best pictures are fetched as they are needed',
};

/** The best one that can be had without being asked. */
function chooseOwn(offer: Offer): Choice {
  const { index } = offer.manifest;
  const obstacle = obstacleTo(index, offer);
  if (obstacle === undefined) return { engine: index, onDemand: false, reason: OWN[index] };
  if (index !== 'codes' && obstacleTo('codes', offer) === undefined) {
    return { engine: 'codes', onDemand: false, reason: `${obstacle} Its codes are scanned instead.` };
  }
  return { engine: 'exact', onDemand: false, reason: `${obstacle} Every picture is compared.` };
}

/** Why this collection cannot be searched with that engine, as a sentence. */
function obstacleTo(engine: Engine, { manifest, has }: Offer): string | undefined {
  if (engine === 'codes' && !has('codes')) return 'The collection has no codes.';
  if (engine === 'codes' && manifest.quantiser.encoding !== 'int8') return 'The codes go with int8 vectors only.';
  if (engine === 'codes') return undefined;
  if (engine === 'exact') return undefined;
  if (!has('graph')) return 'The collection has no graph.';
  const { count, dim, hnsw } = manifest;
  const limit = maxRows(dim, hnsw.M);
  if (count <= limit) return undefined;
  return `The graph does not fit: 2 GiB of memory hold ${limit.toLocaleString('en')} pictures of ${dim} dimensions.`;
}
