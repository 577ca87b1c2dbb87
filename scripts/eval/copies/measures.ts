import { finish } from '../../../src/engine/async/steps.ts';
import { bitsApart } from '../../../src/engine/similar/near-hashes.ts';
import { hashOfGreys, SIDE } from '../../../src/engine/similar/perceptual-hash.ts';
import { greysOf, type RgbPicture, reduceColours } from '../../../src/engine/similar/reduce.ts';
import { openNearSignatures } from '../../../src/engine/similar/signature/near-signatures.ts';
import { signatureOfColours } from '../../../src/engine/similar/signature/signature.ts';

/** What is kept of a picture, by the name of a measure; undefined where a measure has nothing to say of it. */
export type Described = Readonly<Record<MeasureName, string | undefined>>;
export type MeasureName = (typeof MEASURES)[number]['name'];

export interface Measure {
  readonly name: string;
  /** Which thresholds are reported, the strictest first, and what they are called. */
  readonly thresholds: readonly { readonly at: number; readonly label: string }[];
  /** The threshold that the page begins with. */
  readonly start: number;
  /** Pairs that are copies of each other at a threshold, the lower place first. @param described one text a picture */
  pairs(described: readonly (string | undefined)[], threshold: number): (readonly [number, number])[];
}

/** Interleaved: each picture is read once, and described by all of them. */
export const MEASURES = [
  {
    name: 'perceptual hash',
    thresholds: [4, 8, 12].map((at) => ({ at, label: `≤ ${at} bits` })),
    start: 8,
    pairs: pairsByHash,
  },
  {
    name: 'signature',
    thresholds: [0.99, 0.98, 0.96, 0.92].map((at) => ({ at, label: `≥ ${at.toFixed(2)}` })),
    start: 0.98,
    pairs: pairsBySignature,
  },
] as const satisfies readonly Measure[];

export function lookTexts(picture: RgbPicture): Described {
  const colours = reduceColours(picture, SIDE, SIDE);
  return {
    'perceptual hash': hashOfGreys(greysOf(colours)) ?? undefined,
    signature: signatureOfColours(colours) ?? undefined,
  };
}

function pairsByHash(hashes: readonly (string | undefined)[], most: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const [i, hash] of hashes.entries()) {
    for (let j = i + 1; j < hashes.length && hash !== undefined; j++) {
      const other = hashes[j];
      if (other !== undefined && bitsApart(hash, other) <= most) pairs.push([i, j]);
    }
  }
  return pairs;
}

function pairsBySignature(texts: readonly (string | undefined)[], least: number): (readonly [number, number])[] {
  const near = finish(openNearSignatures(texts));
  return [...texts.keys()].flatMap((i) => near.near(i, least, (j) => j > i).map((j) => [i, j] as const));
}
