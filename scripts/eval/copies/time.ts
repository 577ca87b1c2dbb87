import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import sharp from 'sharp';
import { finish } from '../../../src/engine/async/steps.ts';
import { SIDE } from '../../../src/engine/similar/perceptual-hash.ts';
import { type ReducedColours, reduceColours } from '../../../src/engine/similar/reduce.ts';
import { openNearSignatures } from '../../../src/engine/similar/signature/near-signatures.ts';
import { signatureOfColours } from '../../../src/engine/similar/signature/signature.ts';

export interface CopiesTime {
  readonly pictures: number;
  readonly pairs: number;
  /** Seconds by the clock, and of the processor. */
  readonly seconds: number;
  readonly processor: number;
}

/**
 * How long it takes to find the copies among many pictures by their signatures. Pictures of a folder, mirrored and turned,
 * and means of two of them, stand for so many.
 */
export async function timeCopies(folder: string, count: number, least: number): Promise<CopiesTime> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  const reduced: ReducedColours[] = [];
  for (const name of names.slice(0, 2500)) reduced.push(await readReduced(await readFile(join(folder, name))));
  const signatures = Array.from({ length: count }, (_, i) => signatureOfColours(pictureAt(reduced, i)) ?? undefined);
  const [start, used] = [performance.now(), cpuUsage()];
  const near = finish(openNearSignatures(signatures));
  let pairs = 0;
  for (const i of signatures.keys()) pairs += near.near(i, least, (other) => other > i).length;
  const { user, system } = cpuUsage(used);
  return {
    pictures: count,
    pairs,
    seconds: (performance.now() - start) / 1000,
    processor: (user + system) / 1e6,
  };
}

async function readReduced(bytes: Uint8Array): Promise<ReducedColours> {
  const flat = sharp(bytes)
    .toColourspace('srgb')
    .flatten({ background: 'white' })
    .resize(4 * SIDE, 4 * SIDE, { fit: 'fill' });
  const { data, info } = await flat.raw().toBuffer({ resolveWithObject: true });
  return reduceColours({ data: new Uint8Array(data), width: info.width, height: info.height }, SIDE, SIDE);
}

/** Each round of pictures is mirrored, turned or mixed in another way. */
function pictureAt(reduced: readonly ReducedColours[], index: number): ReducedColours {
  const round = Math.floor(index / reduced.length);
  const at = index % reduced.length;
  const one = reduced[at] as ReducedColours;
  // A mean of two pictures is a third one.
  const other = round < 8 ? one : (reduced[(at * 7 + round * 13) % reduced.length] as ReducedColours);
  const mixed = (first: Float64Array, second: Float64Array) => {
    const means = first.map((value, i) => (value + (second[i] as number)) / 2);
    return means.map((_, i) => means[placeIn(round % 8, i)] as number);
  };
  return {
    red: mixed(one.red, other.red),
    green: mixed(one.green, other.green),
    blue: mixed(one.blue, other.blue),
  };
}

function placeIn(turn: number, i: number): number {
  let [x, y] = [i % SIDE, Math.floor(i / SIDE)];
  if (turn & 1) x = SIDE - 1 - x;
  if (turn & 2) y = SIDE - 1 - y;
  if (turn & 4) [x, y] = [y, x];
  return y * SIDE + x;
}
