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
  /** Of one query, on the mean of some that are each the first one: nothing is held. */
  readonly bytes: number;
  readonly requests: number;
  readonly rounds: number;
  readonly coldMs: Spread;
  /** Of one query of many in a row, on the mean: what those before it have read is held. */
  readonly laterBytes: number;
  /** Of the same query again: what is left is computation. */
  readonly warmMs: Spread;
  /** The same, of the processors, which other work on the machine changes little. */
  readonly warmCpuMs: Spread;
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
/** Queries that are asked as the first one. */
const FIRST = 20;

interface Counted {
  readonly source: ByteSource;
  requests: number;
  rounds: number;
}

/** Counts what goes over the line; a round begins where nothing is on its way. */
function counted(baseUrl: string): Counted {
  const limited = createLimiter(CONNECTIONS);
  let running = 0;
  const count = async <T>(make: () => Promise<T>): Promise<T> => {
    if (running++ === 0) counts.rounds++;
    counts.requests++;
    try {
      return await limited(make);
    } finally {
      running--;
    }
  };
  const counts: Counted = { source: createRangedSource(baseUrl, count), requests: 0, rounds: 0 };
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
    const fresh = await firsts(queries.slice(0, FIRST), open, sentBytes);
    const before = held();
    const started = performance.now();
    const { loaded } = await open();
    const startMs = performance.now() - started;
    const startBytes = sentBytes() - fresh.sent;
    const [warm, warmCpu]: [number[], number[]] = [[], []];
    let found = 0;
    for (const [i, query] of queries.entries()) {
      const { rows } = await ask(loaded, query);
      const right = truth[i] ?? [];
      found += rows.filter((row) => right.includes(order[row] as number)).length / right.length;
      const again = await ask(loaded, query);
      warm.push(again.ms);
      warmCpu.push(again.cpuMs);
    }
    const n = queries.length;
    const memoryBytes = held() - before;
    loaded.retriever.dispose();
    return {
      ...{ ...built, startBytes, startMs, memoryBytes },
      ...fresh.measured,
      laterBytes: (sentBytes() - fresh.sent - startBytes) / n,
      warmMs: spread(warm),
      warmCpuMs: spread(warmCpu),
      recall: found / n,
    };
  } finally {
    for (const one of [server, host]) {
      one.closeAllConnections();
      one.close();
    }
  }
}

/** Each as the first query of a collection that was just opened. */
async function firsts(
  queries: readonly Embedding[],
  open: () => Promise<{ counts: Counted; loaded: LoadedIndex }>,
  sentBytes: () => number,
) {
  const total = { bytes: 0, requests: 0, rounds: 0 };
  const cold: number[] = [];
  const begun = sentBytes();
  for (const query of queries) {
    const { counts, loaded } = await open();
    const before = { bytes: sentBytes(), requests: counts.requests, rounds: counts.rounds };
    cold.push((await ask(loaded, query)).ms);
    total.bytes += sentBytes() - before.bytes;
    total.requests += counts.requests - before.requests;
    total.rounds += counts.rounds - before.rounds;
    loaded.retriever.dispose();
  }
  const n = queries.length;
  const measured = { bytes: total.bytes / n, requests: total.requests / n, rounds: total.rounds / n };
  return { measured: { ...measured, coldMs: spread(cold) }, sent: sentBytes() - begun };
}

async function ask({ retriever }: LoadedIndex, query: Embedding) {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const { rows } = await retriever.retrieve(query, { k: ASKED });
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - begun, cpuMs: (user + system) / 1000, rows: Array.from(rows.subarray(0, K)) };
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
