import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RgbPicture } from '../../../src/engine/similar/reduce.ts';
import { usage } from '../../cli/cli.ts';
import { type Described, lookTexts, MEASURES, type MeasureName } from './measures.ts';
import { VARIANTS } from './variants.ts';

/** What a measure does at one threshold. */
export interface Found {
  readonly threshold: number;
  /** Pairs of different pictures that pass for copies. */
  readonly wrong: number;
  /** Groups that these make, each around its first picture. */
  readonly groups: number;
  /** Of pairs of drawings that differ only in colour, how many pass for copies. */
  readonly otherColours: number;
  /** By variant: the share of copies that are found. */
  readonly found: ReadonlyMap<string, number>;
  /** Some of the wrong pairs, by name. */
  readonly examples: readonly string[];
}

export interface Measured {
  readonly pictures: number;
  readonly copied: number;
  /** Pairs of different pictures, and of these the drawings that differ only in colour by their names. */
  readonly pairs: number;
  readonly colourPairs: number;
  readonly measures: ReadonlyMap<MeasureName, readonly Found[]>;
}

export interface MeasureOptions {
  /** Only the first so many pictures. */
  readonly count: number;
  /** Of how many of them copies are made, evenly spread. */
  readonly copied: number;
  readonly say: (line: string) => void;
}

/** @throws AfterimageError `usage` where the folder has no two pictures */
export async function measureCopies(folder: string, { count, copied, say }: MeasureOptions): Promise<Measured> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length < 2) throw usage(`${folder} has no two .jpg, .png or .webp files`);
  const chosen = names.slice(0, count);
  const every = Math.max(1, Math.floor(chosen.length / Math.max(1, copied)));
  const originals: Described[] = [];
  const copies: { readonly of: number; readonly variants: readonly Described[] }[] = [];
  for (const [i, name] of chosen.entries()) {
    const bytes = await flat(await readFile(join(folder, name)));
    const picture = await pixelsOf(bytes);
    originals.push(lookTexts(picture));
    if (i % every === 0 && copies.length < copied) {
      copies.push({ of: i, variants: await describeCopies(bytes, picture, copies.length) });
    }
    if (i % 100 === 99) say(`${i + 1} of ${chosen.length} pictures`);
  }
  const colourPairs = pairsOfColours(chosen);
  const measures = MEASURES.map(({ name, thresholds, pairs }): [MeasureName, Found[]] => [
    name,
    thresholds.map(({ at }) => {
      const wrong = pairs(
        originals.map((one) => one[name]),
        at,
      );
      return {
        threshold: at,
        wrong: wrong.length,
        groups: new Set(wrong.map(([first]) => first)).size,
        otherColours: wrong.filter(([a, b]) => colourPairs.has(`${a} ${b}`)).length,
        found: foundOf(name, at, originals, copies, pairs),
        examples: wrong.slice(0, 8).map(([a, b]) => `${chosen[a]} and ${chosen[b]}`),
      };
    }),
  ]);
  return {
    pictures: chosen.length,
    copied: copies.length,
    pairs: (chosen.length * (chosen.length - 1)) / 2,
    colourPairs: colourPairs.size,
    measures: new Map(measures),
  };
}

/** What is transparent is on white, as the page shows it. */
function flat(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes).rotate().flatten({ background: 'white' }).png().toBuffer();
}

async function describeCopies(bytes: Uint8Array, { width, height }: RgbPicture, index: number): Promise<Described[]> {
  const described: Described[] = [];
  for (const { make } of VARIANTS) {
    const made = await make({ bytes, width, height, index });
    described.push(lookTexts(await pixelsOf(await made.toBuffer())));
  }
  return described;
}

/** Each original is looked for together with one copy at a time. */
function foundOf(
  name: MeasureName,
  threshold: number,
  originals: readonly Described[],
  copies: readonly { readonly of: number; readonly variants: readonly Described[] }[],
  pairs: (typeof MEASURES)[number]['pairs'],
): Map<string, number> {
  return new Map(
    VARIANTS.map(({ name: variant }, place) => {
      const texts = copies.flatMap(({ of, variants }) => [originals[of]?.[name], variants[place]?.[name]]);
      const found = pairs(texts, threshold).filter(([a, b]) => a % 2 === 0 && b === a + 1).length;
      return [variant, found / copies.length];
    }),
  );
}

async function pixelsOf(bytes: Uint8Array): Promise<RgbPicture> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

const COLOURS = new Set('black white red orange yellow green blue purple brown grey pink light dark'.split(' '));

/** Pairs of drawings whose names differ only in colours: `red-heart.png` and `light-blue-heart.png`. */
function pairsOfColours(names: readonly string[]): Set<string> {
  const byThing = new Map<string, number[]>();
  for (const [i, name] of names.entries()) {
    const words = name.replace(/\.[^.]+$/, '').split(/[-_ ]/);
    if (!words.some((word) => COLOURS.has(word))) continue;
    const thing = words.filter((word) => !COLOURS.has(word)).join(' ');
    byThing.set(thing, [...(byThing.get(thing) ?? []), i]);
  }
  const pairs = [...byThing.values()].flatMap((places) =>
    places.flatMap((a, i) => places.slice(i + 1).map((b) => `${a} ${b}`)),
  );
  return new Set(pairs);
}
