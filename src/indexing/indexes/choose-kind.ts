import type { CollectionManifest, Encoding, IndexKind } from '../../engine/collection/types.ts';
import { GROUP } from '../../engine/index/codes/code.ts';
import { codesBytes } from '../../engine/index/tab-memory.ts';

/** What a person asks for when a collection is built; `auto`: by how many pictures there are. */
export type WantedIndex = IndexKind | 'auto';

export interface Kind {
  readonly index: IndexKind;
  /** For people: a sentence that says why; null where the index was asked for. */
  readonly reason: string | null;
}

/** Pictures of which a graph is loaded in seconds and built in minutes. */
const GRAPH_COUNT = 200_000;
/** What hnswlib's heap of 2 GiB holds, with room to spare: vectors as float32, and links. */
const [GRAPH_BYTES, LINK_BYTES] = [1.5 * 2 ** 30, 300];
/** Codes that a page may load before its first answer: those of two million pictures. */
const CODES_BYTES = 142e6;

/** The index that was asked for; of `auto`, the one that suits so many vectors. */
export function chooseKind(
  wanted: WantedIndex,
  { count, dim, encoding }: Pick<CollectionManifest, 'count' | 'dim'> & { readonly encoding: Encoding },
): Kind {
  if (wanted !== 'auto') return { index: wanted, reason: null };
  const pictures = `${count.toLocaleString('en')} pictures`;
  const fitsGraph = count * (4 * dim + LINK_BYTES) <= GRAPH_BYTES;
  if (count <= GRAPH_COUNT && fitsGraph) {
    return { index: 'hnsw', reason: `The index is hnsw: a graph of ${pictures} is small enough to be loaded.` };
  }
  if (encoding !== 'int8' || dim < GROUP) {
    return fitsGraph
      ? { index: 'hnsw', reason: 'The index is hnsw: codes and cells go with int8 vectors of 32 dimensions or more.' }
      : {
          index: 'exact',
          reason: 'The index is exact: a graph would not fit, and codes and cells go with int8 vectors.',
        };
  }
  const bytes = codesBytes({ count, dim, quantiser: { encoding } });
  const size = `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
  return bytes <= CODES_BYTES
    ? { index: 'codes', reason: `The index is codes: ${pictures} are many for a graph, and their codes take ${size}.` }
    : {
        index: 'cells',
        reason: `The index is cells: the codes of ${pictures} would be ${size} to load before the first answer.`,
      };
}
