import { createServer, type Server } from 'node:http';
import sirv from 'sirv';
import { createLimiter } from '../../../src/engine/async/limiter.ts';
import { readCollection } from '../../../src/engine/collection/reader.ts';
import type { Embedding } from '../../../src/engine/numeric/embedding.ts';
import type { ByteSource } from '../../../src/engine/ports.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { type LoadedIndex, loadIndex } from '../../../src/platform/indexes/compose-search.ts';
import { portOf, slowLine } from '../first-visit/line.ts';
import { type Spread, spread } from '../stats.ts';
import { COLLECTION, K } from '../vectors/protocol.ts';
import type { Prepared } from './prepare.ts';
import { createRangedSource } from './ranged-source.ts';
import type { Kind } from './sets.ts';

export interface Measured {
  readonly buildSeconds: number;
  readonly buildCpuSeconds: number;
  /** Of the memory that building took at most. */
  readonly buildBytes: number;
  /** Fetched before the first query can be answered. */
  readonly startBytes: number;
  readonly startMs: number;
  /** Of one query, on the mean; what queries before it have read is held. */
  readonly bytes: number;
  readonly requests: number;
  readonly rounds: number;
  readonly coldMs: Spread;
  /** Of the same query again: what is left is computation. */
  readonly warmMs: Spread;
  readonly recall: number;
  /** Of this process while the collection is open, beyond what it took before. */
  readonly memoryBytes: number;
}

/** A line as of a telephone in a train, or none. */
export const LINES = {
  slow: { bytesPerSecond: 1_250_000, latencyMs: 40 },
  none: { bytesPerSecond: Number.POSITIVE_INFINITY, latencyMs: 0 },
} as const;

/** As many requests as a browser has on their way to a host over HTTP/1.1. */
const CONNECTIONS = 6;
/** What a search asks for: what a person looks at. */
const ASKED = 200;

interface Counted {
  readonly source: ByteSource;
  requests: number;
  rounds: number;
}

/** Counts what goes over the line; a round begins where nothing is on its way. */
function counted(baseUrl: string): Counted {
  const host = createRangedSource(baseUrl);
  const limited = createLimiter(CONNECTIONS);
  let running = 0;
  const count = async <T>(read: () => Promise<T>): Promise<T> => {
    if (running++ === 0) counts.rounds++;
    counts.requests++;
    try {
      return await limited(read);
    } finally {
      running--;
    }
  };
  const counts: Counted = {
    source: {
      read: (...given) => count(() => host.read(...given)),
      readRange: (...given) => count(() => host.readRange(...given)),
      readText: host.readText,
    },
    requests: 0,
    rounds: 0,
  };
  return counts;
}

/** One collection, asked all queries. */
export async function measure(
  { publicFolder, order, ...built }: Prepared,
  kind: Kind,
  { queries, truth }: { readonly queries: readonly Embedding[]; readonly truth: readonly (readonly number[])[] },
  line: (typeof LINES)[keyof typeof LINES],
): Promise<Measured> {
  const host = await listen(createServer(sirv(publicFolder, { dev: true })));
  const { server, sent } = await slowLine(portOf(host), line);
  const sentBytes = () => sent.reduce((sum, { bytes }) => sum + bytes, 0);
  const held = () => process.memoryUsage().rss;
  const open = async () => {
    const counts = counted(`http://127.0.0.1:${portOf(server)}/`);
    const loaded = await loadIndex(
      await readCollection(counts.source, sha256, COLLECTION),
      kind === 'codes' ? 'blocks' : kind,
    );
    return { counts, loaded };
  };
  try {
    const before = held();
    const started = performance.now();
    const { counts, loaded } = await open();
    const startMs = performance.now() - started;
    const startBytes = sentBytes();
    const first = { requests: counts.requests, rounds: counts.rounds };
    const [cold, warm]: number[][] = [[], []];
    let found = 0;
    for (const [i, query] of queries.entries()) {
      const { ms, rows } = await ask(loaded, query);
      cold?.push(ms);
      const right = truth[i] ?? [];
      found += rows.filter((row) => right.includes(order[row] as number)).length / right.length;
      warm?.push((await ask(loaded, query)).ms);
    }
    const n = queries.length;
    const memoryBytes = held() - before;
    loaded.retriever.dispose();
    return {
      ...{ ...built, startBytes, startMs, memoryBytes },
      bytes: (sentBytes() - startBytes) / n,
      requests: (counts.requests - first.requests) / n,
      rounds: (counts.rounds - first.rounds) / n,
      coldMs: spread(cold ?? []),
      warmMs: spread(warm ?? []),
      recall: found / n,
    };
  } finally {
    for (const one of [server, host]) {
      one.closeAllConnections();
      one.close();
    }
  }
}

async function ask({ retriever }: LoadedIndex, query: Embedding) {
  const begun = performance.now();
  const { rows } = await retriever.retrieve(query, { k: ASKED });
  return { ms: performance.now() - begun, rows: Array.from(rows.subarray(0, K)) };
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
