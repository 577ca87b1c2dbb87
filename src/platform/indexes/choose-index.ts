import type { CollectionManifest, IndexKind, IndexPreference, IndexWay } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { codesBytes, heldBytes, TAB_BYTES } from '../../engine/index/tab-memory.ts';
import { maxRows } from './hnsw/hnsw-index.ts';

interface Offer {
  readonly manifest: Pick<CollectionManifest, 'index' | 'count' | 'dim' | 'hnsw' | 'quantiser'>;
  /** Whether the collection has what an index needs beside the vectors. */
  has(kind: 'graph' | 'codes' | 'cells'): boolean;
}

export interface Choice {
  readonly kind: IndexKind;
  /** Vectors are read as they are needed. */
  readonly onDemand: boolean;
  readonly way: IndexWay;
  /** For people: a sentence. */
  readonly reason: string;
}

/** What a collection's own index does. */
const OWN: Readonly<Record<IndexKind, string>> = {
  hnsw: 'The collection came with its graph.',
  exact: 'The collection came without a graph: every picture is compared.',
  codes: 'The collection is large: its codes are scanned first, and the best pictures are compared.',
  cells: 'The collection stays on its host: of each search, only the cells near to it are read.',
};

const ASKED: Readonly<Record<IndexWay, string>> = {
  hnsw: '',
  exact: ': every picture is compared',
  codes: ': codes are scanned first, the best pictures are compared by their vectors',
  blocks: ': codes are scanned first, the vectors of the best pictures are fetched as they are needed',
  cells: ': of each search, only the cells near to it are read',
};

/** After what stands against a better one. */
const INSTEAD: Readonly<Record<IndexWay, string>> = {
  hnsw: 'Its graph is searched.',
  exact: 'Every picture is compared.',
  codes: 'Its codes are scanned instead.',
  blocks: 'Its codes are scanned, and the vectors of the best pictures fetched as they are needed.',
  cells: 'Of each search, only the cells near to it are read.',
};

const NOTHING: ReadonlyMap<IndexWay, string> = new Map();

/**
 * The index that was asked for, where the collection can be searched with it; else the collection's own, else the one
 * that takes least memory.
 * @param refused what has turned out not to fit, and why, as a sentence
 * @throws AfterimageError `index-too-large` where none fits
 */
export function chooseIndex(offer: Offer, wanted: IndexPreference, refused = NOTHING): Choice {
  const { index: own } = offer.manifest;
  const obstacle = (way: IndexWay) => refused.get(way) ?? obstacleTo(way, offer);
  const asked = wanted === 'auto' ? own : wanted;
  const ways: readonly IndexWay[] = [asked, own, 'codes', 'blocks', 'cells', 'exact'];
  const way = ways.find((one) => obstacle(one) === undefined);
  if (way === undefined) throw tooLarge(offer, obstacle(own) ?? '');
  const onDemand = way === 'blocks' || way === 'cells';
  const chosen = { way, kind: way === 'blocks' ? 'codes' : way, onDemand } as const;
  if (way === asked) return { ...chosen, reason: wanted === 'auto' ? OWN[own] : `It was asked for${ASKED[asked]}.` };
  const against = [asked, ...(own === asked || own === way ? [] : [own])].map(obstacle);
  return { ...chosen, reason: [...against, way === own ? OWN[own] : INSTEAD[way]].join(' ') };
}

/** Why this collection cannot be searched in that way, as a sentence. */
function obstacleTo(way: IndexWay, { manifest, has }: Offer): string | undefined {
  const isCoded = way === 'codes' || way === 'blocks';
  if (isCoded && !has('codes')) return 'The collection has no codes.';
  if (isCoded && manifest.quantiser.encoding !== 'int8') return 'The codes go with int8 vectors only.';
  if (isCoded && codesBytes(manifest) > TAB_BYTES) return `The codes do not fit: ${memory(codesBytes(manifest))}`;
  if (way === 'blocks') return undefined;
  if (way === 'cells') return has('cells') ? undefined : 'The collection has no cells.';
  if (way === 'hnsw') return obstacleToGraph({ manifest, has });
  return heldBytes(manifest) > TAB_BYTES ? `The vectors do not fit: ${memory(heldBytes(manifest))}` : undefined;
}

function obstacleToGraph({ manifest: { count, dim, hnsw }, has }: Offer): string | undefined {
  if (!has('graph')) return 'The collection has no graph.';
  const limit = maxRows(dim, hnsw.M);
  if (count <= limit) return undefined;
  return `The graph does not fit: 2 GiB of memory hold ${limit.toLocaleString('en')} pictures of ${dim} dimensions.`;
}

function memory(bytes: number): string {
  return `they take ${Math.ceil(bytes / 1e6).toLocaleString('en')} MB of memory, and a tab has 2 GiB for them.`;
}

function tooLarge({ manifest: { count } }: Offer, obstacle: string): AfterimageError {
  return new AfterimageError(
    'index-too-large',
    `This collection of ${count.toLocaleString('en')} pictures is too large to be searched here. ${obstacle}`,
  );
}
