import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RgbPicture } from '../../../src/engine/similar/grey.ts';
import { usage } from '../../cli/cli.ts';
import { HASHES } from './hashes.ts';
import { VARIANTS } from './variants.ts';

const BITS = 64;

export interface Measured {
  readonly pictures: number;
  /** By hash: how many pairs of different pictures differ in so many bits. */
  readonly others: ReadonlyMap<string, readonly number[]>;
  /** By hash and kind of copy: in how many bits the copies differ from their originals. */
  readonly copies: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
}

/** @throws AfterimageError `usage` where the folder has no two pictures */
export async function measureHashes(folder: string, count: number, say: (line: string) => void): Promise<Measured> {
  const names = (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name)).sort();
  if (names.length < 2) throw usage(`${folder} has no two .jpg files`);
  const originals = new Map([...HASHES.keys()].map((kind) => [kind, [] as bigint[]]));
  const copies = new Map([...HASHES.keys()].map((kind) => [kind, emptyCopies()]));
  const chosen = names.slice(0, count);
  for (const [i, name] of chosen.entries()) {
    const bytes = await readFile(join(folder, name));
    const picture = await pixelsOf(bytes);
    const hashes = hashesOf(picture);
    for (const [kind, hash] of hashes) if (hash !== undefined) originals.get(kind)?.push(hash);
    for (const [variant, make] of VARIANTS) {
      const made = hashesOf(await pixelsOf(await make(bytes, picture.width, picture.height).toBuffer()));
      for (const [kind, hash] of hashes) {
        if (hash !== undefined)
          copies
            .get(kind)
            ?.get(variant)
            ?.push(distance(hash, made.get(kind)));
      }
    }
    if (i % 100 === 99) say(`${i + 1} of ${chosen.length} pictures`);
  }
  return {
    pictures: chosen.length,
    copies,
    others: new Map([...originals].map(([kind, hashes]) => [kind, countPairs(hashes)])),
  };
}

function emptyCopies(): Map<string, number[]> {
  return new Map([...VARIANTS.keys()].map((variant) => [variant, []]));
}

function hashesOf(picture: RgbPicture): Map<string, bigint | undefined> {
  return new Map([...HASHES].map(([kind, hash]) => [kind, hash(picture)]));
}

async function pixelsOf(bytes: Uint8Array): Promise<RgbPicture> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

function countPairs(hashes: readonly bigint[]): number[] {
  const counts = new Array<number>(BITS + 1).fill(0);
  for (const [i, hash] of hashes.entries()) {
    for (const other of hashes.slice(0, i)) {
      const bits = distance(hash, other);
      counts[bits] = (counts[bits] ?? 0) + 1;
    }
  }
  return counts;
}

/** A picture without a hash is as far as can be. */
function distance(a: bigint, b: bigint | undefined): number {
  if (b === undefined) return BITS;
  return ones(Number((a ^ b) & 0xffff_ffffn)) + ones(Number((a ^ b) >> 32n));
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
