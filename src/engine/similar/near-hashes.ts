/** How many bits of two hashes may differ at most: four bands differ in at most three bits each then. */
export const MOST_BITS = 15;

const BANDS = 4;
const BAND_SIZE = 2 ** 16;
const NONE = -1;

/** Hashes among which those near to one are looked for. */
export interface NearHashes {
  /** Take out all that are within the distance of hash `index`, that one too, and list them with it, ascending. */
  take(index: number): number[];
}

/**
 * Multi-index hashing (Norouzi, Punjani, Fleet 2012): two hashes of 64 bits that differ in at most `most` bits differ in at
 * most `most` / 4 bits in one of four bands of 16. So it is enough to look at those that have a band so near.
 * @param hashes 16 hex digits each; undefined: it is near to none
 * @param most at most `MOST_BITS`
 * @param isListed which ones can be taken out; all, where it is absent
 */
export function createNearHashes(
  hashes: readonly (string | undefined)[],
  most: number,
  isListed: (index: number) => boolean = () => true,
): NearHashes {
  const { high, low } = wordsOf(hashes);
  const bandOf = (index: number, band: number) => {
    const word = (band < 2 ? high : low)[index] as number;
    return band % 2 === 0 ? word >>> 16 : word & 0xffff;
  };
  const masks = masksOf(Math.floor(most / BANDS));
  // Of each band a list of hashes for each value: its first, and behind each one the next.
  const first = Array.from({ length: BANDS }, () => new Int32Array(BAND_SIZE).fill(NONE));
  const next = Array.from({ length: BANDS }, () => new Int32Array(hashes.length).fill(NONE));
  const isIn = Uint8Array.from(hashes, (hash, index) => (hash === undefined || !isListed(index) ? 0 : 1));
  for (let index = hashes.length - 1; index >= 0; index--) {
    if (isIn[index] === 0) continue;
    for (let band = 0; band < BANDS; band++) {
      const [heads, links] = [first[band] as Int32Array, next[band] as Int32Array];
      links[index] = heads[bandOf(index, band)] as number;
      heads[bandOf(index, band)] = index;
    }
  }

  /** Take those near `index` out of one list, and what was taken out elsewhere. */
  function takeFrom(heads: Int32Array, links: Int32Array, value: number, index: number, taken: number[]): void {
    let before = NONE;
    for (let at = heads[value] as number; at !== NONE; at = links[at] as number) {
      if (isIn[at] === 1 && distanceOf(high, low, at, index) <= most) {
        isIn[at] = 0;
        taken.push(at);
      }
      if (isIn[at] === 1) before = at;
      else if (before === NONE) heads[value] = links[at] as number;
      else links[before] = links[at] as number;
    }
  }

  return {
    take(index) {
      const taken: number[] = isIn[index] === 1 ? [] : [index];
      if (hashes[index] === undefined) return taken;
      for (let band = 0; band < BANDS; band++) {
        const [heads, links] = [first[band] as Int32Array, next[band] as Int32Array];
        const value = bandOf(index, band);
        for (const mask of masks) {
          if (heads[value ^ mask] !== NONE) takeFrom(heads, links, value ^ mask, index, taken);
        }
      }
      return taken.sort((a, b) => a - b);
    },
  };
}

/** In how many bits two hashes differ. */
export function bitsApart(a: string, b: string): number {
  const { high, low } = wordsOf([a, b]);
  return distanceOf(high, low, 0, 1);
}

function wordsOf(hashes: readonly (string | undefined)[]) {
  const word = (from: number) =>
    Uint32Array.from(hashes, (hash) => (hash === undefined ? 0 : Number.parseInt(hash.slice(from, from + 8), 16)));
  return { high: word(0), low: word(8) };
}

function distanceOf(high: Uint32Array, low: Uint32Array, a: number, b: number): number {
  return ones((high[a] as number) ^ (high[b] as number)) + ones((low[a] as number) ^ (low[b] as number));
}

/** How many of 32 bits are set. */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** All numbers of 16 bits of which at most `most` are set. */
function masksOf(most: number): Uint16Array {
  const masks: number[] = [];
  for (let mask = 0; mask < BAND_SIZE; mask++) if (ones(mask) <= most) masks.push(mask);
  return Uint16Array.from(masks);
}
