import { AfterimageError } from '../../../src/engine/errors.ts';
import type { ByteSource } from '../../../src/engine/ports.ts';
import { createJoinedReads } from '../../../src/platform/bytes/join-ranges.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';

/**
 * Files of a server, verified, of which nothing is kept: what a page's source asks for on a first visit.
 * @param request makes each request, when it likes
 */
export function createRangedSource(baseUrl: string, request: <T>(make: () => Promise<T>) => Promise<T>): ByteSource {
  const fetchBytes = async (path: string, headers: Record<string, string>, status: number) => {
    const response = await fetch(new URL(path, baseUrl), { headers });
    if (response.status !== status) throw new AfterimageError('network', `${path} was answered by ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const verified = async (bytes: Uint8Array, hash: string, path: string) => {
    if ((await sha256(bytes)).startsWith(hash)) return bytes;
    throw new AfterimageError('part-corrupt', `${path} arrived damaged.`);
  };
  const readJoined = createJoinedReads();
  return {
    read: async (path, expected) => verified(await request(() => fetchBytes(path, {}, 200)), expected.sha256, path),
    async readRange(path, _expected, range, options = {}) {
      const readStretch = ({ offset, length }: { readonly offset: number; readonly length: number }) =>
        request(() => fetchBytes(path, { range: `bytes=${offset}-${offset + length - 1}` }, 206));
      return verified(await readJoined(path, range, readStretch, options), range.hash, path);
    },
    readText: async (path) => new TextDecoder().decode(await fetchBytes(path, {}, 200)),
  };
}
