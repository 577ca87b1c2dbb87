import type { Steps } from '../../async/steps.ts';
import { type Codes, emptyCodes, KEYS, nearKeys, PARTS, roughCorrelation, WHOLE_PART, writeCodes } from './codes.ts';
import { bestPart, type Compared, comparedOf, isSameColours, likenessOf, mayHaveSameColours } from './compare.ts';
import type { Part } from './cuts.ts';
import { parseSignature } from './signature.ts';

/** Signatures among which those alike to one are looked for. */
export interface NearSignatures {
  /** Whether a picture has a signature. */
  has(index: number): boolean;
  /**
   * Those whose likeness to picture `index` is at least `least`, without itself, ascending.
   * @param isLeft which pictures are looked at
   */
  near(index: number, least: number, isLeft: (index: number) => boolean): number[];
}

/** Signatures that are made ready in one step. */
const CHUNK = 50;
/** Of the bits that are checked, so many may differ. */
const MOST_APART = 5;
/** What correlates less at first sight is not looked at closer. */
const WORTH_A_LOOK = 0.74;

/**
 * Pictures are looked up by the signs of their slowest changes: a copy has the same, but for those that are nearly 0, which
 * are tried both ways (multi-probe hashing: Lv, Josephson, Wang, Charikar, Li 2007). To find a copy that is a part of a
 * picture, parts are looked up as well. What is found so is compared.
 * @param texts undefined, and what cannot be read: it is near to none
 */
export function* openNearSignatures(texts: readonly (string | undefined)[]): Steps<NearSignatures> {
  const pictures = new Array<Compared | undefined>(texts.length);
  const codes = emptyCodes(texts.length);
  const near = new Array<Uint16Array | undefined>(texts.length);
  for (const [index, text] of texts.entries()) {
    const signature = text === undefined ? undefined : parseSignature(text);
    if (signature) {
      const picture = comparedOf(signature);
      pictures[index] = picture;
      near[index] = nearKeys(picture);
      writeCodes(picture, index, codes);
    }
    if (index % CHUNK === CHUNK - 1) yield index / texts.length;
  }
  const search = createLookup(codes, near);
  return {
    has: (index) => pictures[index] !== undefined,
    near(index, least, isLeft) {
      const picture = pictures[index];
      if (!picture) return [];
      const starts: readonly Map<number, Start>[] = [new Map(), new Map()];
      search(index, (other, part, isPart) => {
        if (other === index || !isLeft(other)) return;
        const [one, two] = isPart ? [place(other), place(index, part)] : [place(index), place(other, part)];
        const correlation = roughCorrelation(codes, one, two);
        if (correlation < WORTH_A_LOOK) return;
        const found = starts[isPart ? 1 : 0]; // both ways have one
        const before = found?.get(other);
        if (!before || correlation > before.correlation || (correlation === before.correlation && part < before.part))
          found?.set(other, { correlation, part, isPart });
      });
      const alike = starts.flatMap((found) =>
        [...found].filter(([other, start]) => isAlike(picture, pictures[other] as Compared, start, least)),
      );
      return [...new Set(alike.map(([other]) => other))].sort((a, b) => a - b);
    },
  };
}

/** Where the comparison of two pictures begins; `isPart`: the other one is part of the picture, else the picture of it. */
interface Start {
  readonly correlation: number;
  readonly part: number;
  readonly isPart: boolean;
}

function isAlike(picture: Compared, other: Compared, start: Start, least: number): boolean {
  if (!mayHaveSameColours(picture, other)) return false;

  const [part, whole] = start.isPart ? [other, picture] : [picture, other];
  const best = bestPart(part, whole, PARTS[start.part] as Part, least);
  return likenessOf(best) >= least && isSameColours(part, whole, best.part);
}

/** Where the codes of a picture, or of a part of it, are. */
function place(index: number, part = WHOLE_PART): number {
  return index * PARTS.length + part;
}

type OnFound = (other: number, part: number, isPart: boolean) => void;

/** Looks up what has a code near to that of a picture or its parts. */
function createLookup({ keys, checks, known }: Codes, near: readonly (Uint16Array | undefined)[]) {
  const given = [...near.keys()].filter((index) => near[index] !== undefined);
  const parts = PARTS.length;
  const byPart = createBuckets((add) => {
    for (const index of given) {
      for (let place = index * parts; place < (index + 1) * parts; place++) add(keys[place] as number, place);
    }
  });
  const byNear = createBuckets((add) => {
    for (const index of given) for (const key of near[index] ?? []) add(key, index);
  });
  const isNear = (a: number, b: number) => {
    const said = (known[a] as number) & (known[b] as number);
    return ones(((checks[a] as number) ^ (checks[b] as number)) & said) <= MOST_APART;
  };
  return (index: number, onFound: OnFound) => {
    const whole = index * parts + WHOLE_PART;
    for (const key of near[index] ?? []) {
      byPart(key, (place) => {
        if (isNear(place, whole)) onFound(Math.floor(place / parts), place % parts, false);
      });
    }
    for (let part = 0; part < parts; part++) {
      const place = index * parts + part;
      byNear(keys[place] as number, (other) => {
        if (isNear(other * parts + WHOLE_PART, place)) onFound(other, part, true);
      });
    }
  };
}

/** Values by key. @param fill gives all of them, the same each time that it is called */
function createBuckets(fill: (add: (key: number, value: number) => void) => void) {
  const starts = new Uint32Array(KEYS + 1);
  fill((key) => {
    starts[key + 1] = (starts[key + 1] as number) + 1;
  });
  for (let key = 0; key < KEYS; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
  const values = new Uint32Array(starts[KEYS] as number);
  const next = starts.slice();
  fill((key, value) => {
    const at = next[key] as number;
    values[at] = value;
    next[key] = at + 1;
  });
  return (key: number, take: (value: number) => void) => {
    const end = starts[key + 1] as number;
    for (let at = starts[key] as number; at < end; at++) take(values[at] as number);
  };
}

/** How many of 32 bits are set. */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
