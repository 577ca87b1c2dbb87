import type { Sha256 } from '../../engine/ports.ts';
import type { PictureSource } from '../ports.ts';

/** One of `count` equal shares of a folder's pictures, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The share of `source` that is this shard's. The name alone decides, so that every machine takes the same one, and
 * pictures that come or go leave the others where they are.
 */
export function createShard(source: PictureSource, shard: Shard, sha256: Sha256): PictureSource {
  const isOurs = async (name: string) => {
    const hash = await sha256(new TextEncoder().encode(name));
    return Number.parseInt(hash.slice(0, 12), 16) % shard.count === shard.index - 1;
  };
  const ours = async <T extends { readonly name: string }>(files: readonly T[]): Promise<T[]> => {
    const mask = await Promise.all(files.map(({ name }) => isOurs(name)));
    return files.filter((_, i) => mask[i]);
  };
  return {
    ...source,
    async list(signal) {
      const listing = await source.list(signal);
      // Each problem is told by one of the shards, but all of them have to know which folders are missing.
      const { files, problems, unread } = listing;
      return { ...listing, files: await ours(files), problems: await ours(problems), unread: await ours(unread) };
    },
  };
}
