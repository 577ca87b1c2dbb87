import type { Files } from '../../engine/collection/testing.ts';
import { pieceBytes } from '../../site/kept-pieces.ts';
import { type ContentCache, wholeOf } from './content-cache.browser.ts';

/** A content cache in memory; `full` makes it refuse what is put into it, as a full disk does. */
export function createMemoryCache(): ContentCache & { readonly content: Files; full: boolean } {
  const content: Files = new Map();
  const texts = new Map<string, string>();
  return {
    content,
    full: false,
    get: async (sha256) => content.get(sha256)?.slice(),
    getRange: async (sha256, offset, length) => content.get(sha256)?.slice(offset, offset + length),
    async put(sha256, bytes) {
      if (this.full) return 'There is no space left for it.';
      content.set(sha256, bytes.slice());
      return undefined;
    },
    has: async (sha256) => content.has(sha256),
    drop: async (sha256) => void content.delete(sha256),
    pieces: async () => [...content.keys()].filter((key) => pieceBytes(key) !== undefined),
    getText: async (path) => texts.get(path),
    dropText: async (path) => void texts.delete(path),
    putText: async (path, text) => void texts.set(path, text),
    async sweep(spared) {
      const named = [...texts.values()].join();
      for (const key of content.keys()) {
        if (!named.includes(wholeOf(key)) && !spared.has(wholeOf(key))) content.delete(key);
      }
    },
  };
}

export interface FakeServer {
  readonly files: Files;
  /** Paths that were asked for, with the cache mode or the range. */
  readonly requests: string[];
  /** What happens to a request: undefined answers from `files`. */
  fault: ((path: string, range: string | undefined) => Response | Error | 'hang' | undefined) | undefined;
  /** Whether ranges are answered as such. */
  ranges: boolean;
  readonly fetch: typeof fetch;
}

/** `fetch` over files in memory. */
export function createFakeServer(baseUrl: string): FakeServer {
  const files: Files = new Map();
  const server: FakeServer = {
    files,
    requests: [],
    fault: undefined,
    ranges: true,
    async fetch(input, init) {
      const path = String(input).slice(baseUrl.length);
      const range = new Headers(init?.headers).get('range') ?? undefined;
      server.requests.push(`${path} ${range ?? init?.cache}`);
      const fault = server.fault?.(path, range);
      if (fault === 'hang') return hang(init?.signal);
      if (fault instanceof Error) throw fault;
      if (fault) return fault;
      const bytes = files.get(path);
      if (!bytes) return new Response(null, { status: 404 });
      return range && server.ranges ? partial(bytes, range) : new Response(bytes.slice());
    },
  };
  return server;
}

/** A body that comes when the test says so. */
export function createSlowBody(): {
  readonly body: ReadableStream<Uint8Array>;
  send(bytes: Uint8Array): void;
  end(): void;
} {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return { body, send: (bytes) => controller.enqueue(bytes), end: () => controller.close() };
}

function partial(bytes: Uint8Array, range: string): Response {
  const [first = 0, last = 0] = range.replace('bytes=', '').split('-').map(Number);
  const headers = { 'content-range': `bytes ${first}-${last}/${bytes.length}` };
  return new Response(bytes.slice(first, last + 1), { status: 206, headers });
}

function hang(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
