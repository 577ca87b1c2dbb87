import { afterEach, expect, test, vi } from 'vitest';
import { sha256 } from '../hashes/sha256.ts';
import { compileCached } from './compile-cached.browser.ts';

const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const URL = '/runtime.wasm';

/** A cache that answers with this, if the request asks for what `fetch` would then check. */
function answer(response: () => Response) {
  const fetch = vi.fn((_url: string, _options: RequestInit) => Promise.resolve().then(response));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const wasm = (bytes: Uint8Array<ArrayBuffer>, type = 'application/wasm') =>
  new Response(bytes, { headers: { 'content-type': type } });

afterEach(() => vi.unstubAllGlobals());

test('asks the cache alone, for the very file', async () => {
  const fetch = answer(() => wasm(EMPTY_MODULE));
  const hash = await sha256(EMPTY_MODULE);
  expect(await compileCached(URL, { sha256: hash })).toBeInstanceOf(WebAssembly.Module);
  const options = { cache: 'only-if-cached', mode: 'same-origin' };
  // openssl dgst -sha256 -binary | base64
  const integrity = 'sha256-k6RLu5bHUSGOTADUeeTBQ1gSKjiazKFiBbHk0NxflHY=';
  expect(fetch.mock.calls).toEqual([[URL, { ...options, integrity }]]);
});

test.each([
  ['not there', () => Response.error()],
  ['an answer that says so', () => new Response(null, { status: 504 })],
  ['another type', () => wasm(EMPTY_MODULE, 'application/octet-stream')],
  ['no WebAssembly', () => wasm(Uint8Array.of(1, 2, 3))],
  [
    'another file, or no such thing',
    () => {
      throw new TypeError('Failed to fetch');
    },
  ],
])('has nothing where there is %s', async (_why, response) => {
  answer(response);
  expect(await compileCached(URL, { sha256: await sha256(EMPTY_MODULE) })).toBeUndefined();
});
