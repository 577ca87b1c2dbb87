import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PictureDate } from '../../../src/engine/collection/types.ts';
import { type Chance, createChance } from './chance.ts';
import { DAMAGED, damaged, STATES, type State } from './damage.ts';
import { createDates, createFileTime, isoOf, type WrittenDates } from './dates.ts';
import { createDrawing, inDisplayP3, type Quarters, seen } from './drawing.ts';
import { FORMATS, type Format } from './formats.ts';
import { PLACES } from './metadata.ts';
import { createName, OTHER_EXTENSIONS, PICTURE_EXTENSIONS, spelled } from './names.ts';

/** A file that was made, and what a collection must say of it if it is in there. */
export interface Made {
  readonly name: string;
  readonly format: Format;
  readonly state: State;
  readonly quarters: Quarters;
  /** As they may be where metadata are lost that turn the picture, or say what its numbers mean. */
  readonly bare: readonly Quarters[];
  /** In pixels, as a person sees it. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Of a smaller picture in the file; null where there is none. */
  readonly smaller: { readonly width: number; readonly height: number } | null;
  /** Without metadata that were damaged. */
  readonly date: PictureDate;
  /** That of the file and all that it says, whether they count or not. */
  readonly dates: readonly string[];
  /** The first byte that was damaged. */
  readonly hit: number;
}

interface Picture {
  readonly format: Format;
  readonly bytes: Uint8Array;
  readonly quarters: Quarters;
  readonly bare: readonly Quarters[];
  readonly width: number;
  readonly height: number;
  readonly smaller: Made['smaller'];
  readonly expected: PictureDate | null;
  readonly written: WrittenDates;
}

/** Files that are made at a time. */
const AT_A_TIME = 8;
const MAX_ORIENTATION = 8;
/** Dark channels of bright colours differ most between gamuts: what compression changes there is multiplied. */
const LEAST_WIDE = 50;

/** Make this many files below `folder`, the same for the same seed. @param folder that exists */
export async function makeFiles(folder: string, count: number, seed: number, formats = FORMATS): Promise<Made[]> {
  const made: Made[] = [];
  for (let start = 0; start < count; start += AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(AT_A_TIME, count - start) }, (_, i) => start + i);
    made.push(...(await Promise.all(numbers.map((number) => makeFile(folder, number, { seed, formats })))));
  }
  return made;
}

interface Recipe {
  readonly seed: number;
  readonly formats: readonly Format[];
}

async function makeFile(folder: string, number: number, recipe: Recipe): Promise<Made> {
  const chance = createChance(recipe.seed, number);
  const { state } = number === 0 ? { state: 'whole' as const } : chance.weighed(STATES);
  // The content of a file depends on its number alone, so that a copy can be made without the file that it is one of.
  const {
    picture,
    content,
    state: original,
  } = await contentOf(state === 'copy' ? chance.whole(number) : number, recipe);
  const { format, expected, written } = picture;
  const extension = extensionOf(chance, format, state === 'copy' ? original : state);
  const name = createName(chance, number, extension);
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content.bytes);
  const time = createFileTime(chance);
  await utimes(path, time, time);
  const fileDate = new Date(1000 * time).toISOString().replace('.000', '');
  const { quarters, bare, width, height, smaller } = picture;
  return {
    ...{ name, format, quarters, bare, width, height, smaller, hit: content.hit, bytes: content.bytes.length },
    state: state === 'copy' && !isWhole(original) ? original : state,
    date: expected ?? { source: 'file', date: fileDate },
    dates: [fileDate, ...Object.values(written).flatMap((one) => [isoOf(one), isoOf({ ...one, offset: '' })])],
  };
}

function isWhole(state: State): boolean {
  return state === 'whole' || state === 'copy' || state === 'wrong extension';
}

function extensionOf(chance: Chance, { extension }: Format, state: State): string {
  if (state === 'not a picture') return chance.pick(OTHER_EXTENSIONS);
  if (state === 'wrong extension') return chance.pick(PICTURE_EXTENSIONS.filter((one) => one !== extension));
  if (isWhole(state) || DAMAGED.has(state)) return spelled(chance, extension);
  return chance.pick(PICTURE_EXTENSIONS);
}

async function contentOf(number: number, { seed, formats }: Recipe) {
  const chance = createChance(seed, number);
  const { state } = number === 0 ? { state: 'whole' as const } : chance.weighed(STATES);
  const picture = await pictureOf(createChance(seed + 1, number), formats);
  const content = damaged(picture.bytes, state, createChance(seed + 2, number));
  return { picture, content, state };
}

async function pictureOf(chance: Chance, formats: readonly Format[]): Promise<Picture> {
  const format = chance.weighed(formats);
  const orientation = format.turns && chance.happens(0.4) ? 1 + chance.whole(MAX_ORIENTATION) : 1;
  const least = format.isWide === true ? LEAST_WIDE : 0;
  const drawing = createDrawing(chance, format.isGrey === true, orientation, least);
  const { written, expected } = createDates(chance, PLACES[format.places]);
  const bytes = await format.encode(drawing, written);
  const shown = format.shown?.(drawing) ?? drawing;
  const upright = seen(shown);
  const unturned = [shown.quarters, upright.quarters];
  const bare = format.isWide === true ? [...unturned, ...(await Promise.all(unturned.map(inDisplayP3)))] : unturned;
  const less = format.smaller && seen(format.smaller(shown));
  const smaller = less ? { width: less.width, height: less.height } : null;
  return { format, bytes, written, expected, bare, smaller, ...upright };
}
