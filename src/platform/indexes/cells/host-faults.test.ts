import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readCollection } from '../../../engine/collection/reader.ts';
import { createHttpSource } from '../../bytes/http-source.browser.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from '../../bytes/testing.browser.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { loadIndex } from '../compose-search.ts';
import { createUndamaged, outcomeOf, queries, TRIALS, type Undamaged } from './testing-damage.ts';

const BASE = 'https://afterimage.test/';
/** So that members and vectors are read in ranges. */
const SMALL_BYTES = 1000;
let undamaged: Undamaged;

beforeAll(async () => {
  undamaged = await createUndamaged();
});
afterEach(() => vi.unstubAllGlobals());

/** A host of the collection; what it does to requests for ranges is `fault`, from the moment on that the collection is open. */
function createHost(fault: NonNullable<FakeServer['fault']>) {
  const server = createFakeServer(BASE);
  for (const [path, bytes] of undamaged.collection.files) server.files.set(path, bytes);
  vi.stubGlobal('fetch', server.fetch);
  const open = async () => {
    const source = createHttpSource(BASE, createMemoryCache(), SMALL_BYTES);
    const readText = async (path: string) => new TextDecoder().decode(server.files.get(path));
    const collection = await readCollection({ ...source, readText }, sha256, 'holidays');
    const loaded = await loadIndex(collection, 'cells', { choice: { leastRows: 200, mostRows: 600 } });
    server.fault = fault;
    return loaded;
  };
  return { server, open };
}

const contentRange = (range: string, total: number) => ({
  'content-range': `${range.replace('=', ' ')}/${total}`,
});

/** The bytes of a range. */
function piece(path: string, range: string): Uint8Array<ArrayBuffer> {
  const [first = 0, last = 0] = range.replace('bytes=', '').split('-').map(Number);
  return whole(path).slice(first, last + 1);
}

const whole = (path: string) => undamaged.collection.files.get(path) as Uint8Array<ArrayBuffer>;

/** Answers that a host may give to a request for a range, and what a search may come to then. */
const ANSWERS: Readonly<Record<string, readonly [(path: string, range: string) => Response, readonly string[]]>> = {
  'the whole file': [(path) => new Response(whole(path)), ['right']],
  'a range of another place, which says so': [
    (path, range) => new Response(piece(path, range), { status: 206, headers: contentRange('bytes=1-2', 9) }),
    ['right'],
  ],
  'other bytes of the right length': [
    (path, range) => {
      const bytes = piece(path, range).map((byte) => byte ^ 1);
      return new Response(bytes, { status: 206, headers: contentRange(range, whole(path).length) });
    },
    ['right'],
  ],
  'a range of the compressed file': [
    (path, range) => {
      const packed = gzipSync(piece(path, range));
      const headers = { ...contentRange(range, whole(path).length >> 1), 'content-encoding': 'gzip' };
      return new Response(packed, { status: 206, headers });
    },
    ['right'],
  ],
  'fewer bytes': [
    (path, range) =>
      new Response(piece(path, range).subarray(1), {
        status: 206,
        headers: contentRange(range, whole(path).length),
      }),
    ['right'],
  ],
  '416': [() => new Response(null, { status: 416 }), ['right']],
  '429': [() => new Response(null, { status: 429 }), ['right', 'part']],
  '503': [() => new Response(null, { status: 503 }), ['right', 'part']],
  '404': [() => new Response(null, { status: 404 }), ['right', 'part-missing']],
};

const place = fc.nat(queries.length - 1);
/** Requests in a row that are answered as they should be, and then otherwise. */
const bursts = fc.record({ well: fc.integer({ min: 0, max: 12 }), badly: fc.integer({ min: 1, max: 30 }) });

test.each(Object.entries(ANSWERS))('a host that answers with %s, now and then', async (_what, [answer, expected]) => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(bursts, place, async ({ well, badly }, query) => {
      let requests = 0;
      const { open } = createHost((path, range) => {
        if (range === undefined) return undefined;
        return requests++ % (well + badly) < well ? undefined : answer(path, range);
      });
      const outcome = await outcomeOf(open, query, undamaged);
      outcomes.add(outcome);
      expect(expected).toContain(outcome);
    }),
    { numRuns: TRIALS },
  );
  expect(outcomes).toContain(expected.at(-1));
});

test('a host that is asked too often is not asked for whole files', async () => {
  const { server, open } = createHost((_path, range) => (range ? new Response(null, { status: 429 }) : undefined));
  const { retriever } = await open();
  const before = server.requests.length;
  for (const query of queries) await retriever.retrieve(query, { k: 10 });
  expect(server.requests.slice(before).filter((request) => !request.includes('bytes='))).toEqual([]);
});

test('a cut between codes and vectors gives an answer by the codes, which says that it is a part', async () => {
  await fc.assert(
    fc.asyncProperty(place, fc.boolean(), async (query, isHang) => {
      const { open } = createHost((path) => {
        if (!path.includes('vectors-')) return undefined;
        return isHang ? new Response(null, { status: 503 }) : new TypeError('Failed to fetch');
      });
      expect(await outcomeOf(open, query, undamaged)).toBe('part');
    }),
    { numRuns: TRIALS },
  );
});

test('a deploy in the middle of a search: its files are gone, or others are in their places', async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(place, fc.nat(60), fc.boolean(), async (query, after, isReplaced) => {
      let requests = 0;
      const { server, open } = createHost(() => {
        if (requests++ !== after) return undefined;
        for (const [path, bytes] of server.files) {
          if (isReplaced)
            server.files.set(
              path,
              bytes.map((byte) => byte ^ 0x55),
            );
          else server.files.delete(path);
        }
        return undefined;
      });
      const outcome = await outcomeOf(open, query, undamaged);
      outcomes.add(outcome);
      expect(['right', isReplaced ? 'part-corrupt' : 'part-missing']).toContain(outcome);
    }),
    { numRuns: TRIALS },
  );
  expect(outcomes.size).toBeGreaterThan(1);
});
