import type { Files } from '../engine/collection/testing.ts';
import type { ContentCache } from './content-cache.browser.ts';

/** A content cache in memory; `full` makes it refuse what is put into it, as a full disk does. */
export function createMemoryCache(): ContentCache & { readonly content: Files; full: boolean } {
  const content: Files = new Map();
  const texts = new Map<string, string>();
  return {
    content,
    full: false,
    get: async (sha256) => content.get(sha256)?.slice(),
    async put(sha256, bytes) {
      if (this.full) return 'There is no space left for it.';
      content.set(sha256, bytes.slice());
      return undefined;
    },
    has: async (sha256) => content.has(sha256),
    drop: async (sha256) => void content.delete(sha256),
    getText: async (path) => texts.get(path),
    putText: async (path, text) => void texts.set(path, text),
    async sweep(spared) {
      const named = [...texts.values()].join();
      for (const sha256 of content.keys()) if (!named.includes(sha256) && !spared.has(sha256)) content.delete(sha256);
    },
  };
}

export interface FakeServer {
  readonly files: Files;
  /** Paths that were asked for, with the cache mode. */
  readonly requests: string[];
  /** What happens to a request: undefined answers from `files`. */
  fault: ((path: string) => Response | Error | 'hang' | undefined) | undefined;
  readonly fetch: typeof fetch;
}

/** `fetch` over files in memory. */
export function createFakeServer(baseUrl: string): FakeServer {
  const files: Files = new Map();
  const server: FakeServer = {
    files,
    requests: [],
    fault: undefined,
    async fetch(input, init) {
      const path = String(input).slice(baseUrl.length);
      server.requests.push(`${path} ${init?.cache}`);
      const fault = server.fault?.(path);
      if (fault === 'hang') return hang(init?.signal);
      if (fault instanceof Error) throw fault;
      if (fault) return fault;
      const bytes = files.get(path);
      return bytes ? new Response(bytes.slice()) : new Response(null, { status: 404 });
    },
  };
  return server;
}

function hang(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
