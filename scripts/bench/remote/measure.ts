import type { RemoteLocation } from '../../../src/engine/collection/extensions/remote.ts';
import { toFloat32 } from '../../../src/engine/collection/vectors/stored-vectors.ts';
import { type Bitset, createBitset, setBit } from '../../../src/engine/index/bitset.ts';
import { createExactIndex, type ExactIndex } from '../../../src/engine/index/exact/exact-index.ts';
import type { Retriever } from '../../../src/engine/search/retriever.ts';
import { openChroma } from '../../../src/platform/indexes/remote/chroma.ts';
import { createRemoteRetriever } from '../../../src/platform/indexes/remote/remote-retriever.ts';
import { pushCollection } from '../../push/push-collection.ts';
import { reachServer } from '../../push/server.ts';
import { type Spread, spread } from '../stats.ts';
import type { RemoteSet } from './data.ts';

export interface Measured {
  readonly set: string;
  readonly count: number;
  /** Beam of the server's graph. */
  readonly ef: number;
  readonly pushSeconds: number;
  /** Share of the best ten, or 200, of an exact scan, mean over all queries; and of those rows that pass a filter. */
  readonly recall: {
    readonly ten: number;
    readonly twoHundred: number;
    readonly half: number;
    readonly tenth: number;
    readonly hundredth: number;
  };
  /** From question to 200 ranks, from Node, on one machine. */
  readonly ms: Spread;
  /** Of the answer to such a question. */
  readonly kilobytes: number;
}

const PLACES = { tenant: 'default_tenant', database: 'default_database' };

/** Push a set to the server under a name of its own, and ask for the ranks of its queries as the page does. */
export async function measureRemote(
  url: string,
  { name, collection, queries }: RemoteSet,
  ef: number,
): Promise<Measured> {
  const { count, dim } = collection.manifest;
  const server = await reachServer({ url, ...PLACES, headers: {} });
  const there = `${name}-${ef}`;
  const signal = new AbortController().signal;
  const began = performance.now();
  await pushCollection({
    ...{ server, collection, name: there, space: 'cosine', efSearch: ef, signal },
    onEvent: () => {},
  });
  const pushSeconds = (performance.now() - began) / 1000;

  const location: RemoteLocation = { engine: 'chroma', url, ...PLACES, collection: there, space: 'cosine' };
  const sizes: number[] = [];
  const chroma = openChroma(location, { fetch: counted(sizes) });
  const { id } = await chroma.describe();
  const items = await collection.allItems();
  const idsOf = async (rows: readonly number[]) => rows.map((row) => items[row]?.id ?? '');
  const retriever = createRemoteRetriever({ chroma, id, space: 'cosine', dim, count, idsOf });
  const exact = createExactIndex(toFloat32(await collection.vectors()), dim);
  const share = (k: number, filter?: Bitset) => recallOf(retriever, exact, queries, k, filter);

  for (const query of queries.slice(0, 20)) await retriever.retrieve(query, { k: 200 }); // warm
  sizes.length = 0;
  const times: number[] = [];
  for (const query of queries) {
    const asked = performance.now();
    await retriever.retrieve(query, { k: 200 });
    times.push(performance.now() - asked);
  }
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length / 1000;
  return {
    ...{ set: name, count, ef, pushSeconds, ms: spread(times), kilobytes },
    recall: {
      ten: await share(10),
      twoHundred: await share(200),
      half: await share(10, every(2, count)),
      tenth: await share(10, every(10, count)),
      hundredth: await share(10, every(100, count)),
    },
  };
}

function every(n: number, count: number): Bitset {
  const filter = createBitset(count);
  for (let row = 0; row < count; row += n) setBit(filter, row);
  return filter;
}

/** Rows as near as the last of the best count as found: equal vectors have no order. */
async function recallOf(
  retriever: Retriever,
  exact: ExactIndex,
  queries: RemoteSet['queries'],
  k: number,
  filter: Bitset | undefined,
): Promise<number> {
  let found = 0;
  let all = 0;
  for (const query of queries) {
    const best = exact.search(query, { k, ...(filter && { filter }) });
    const least = (best.at(-1)?.similarity ?? 0) - 1e-6;
    const { similarities } = await retriever.retrieve(query, { k, filter });
    found += Math.min(best.length, similarities.filter((similarity) => similarity >= least).length);
    all += best.length;
  }
  return found / all;
}

/** `fetch`, with the bytes of what it brought. */
function counted(sizes: number[]): typeof fetch {
  return async (...given) => {
    const response = await fetch(...given);
    const text = await response.text();
    sizes.push(new TextEncoder().encode(text).length);
    return new Response(text, { status: response.status });
  };
}
