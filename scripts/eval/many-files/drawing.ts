import sharp, { type Sharp } from 'sharp';
import type { Chance } from './chance.ts';

export type Rgb = readonly [number, number, number];
/** Top left, top right, bottom left, bottom right. */
export type Quarters = readonly [Rgb, Rgb, Rgb, Rgb];

export interface Drawing {
  /** In pixels, as they are stored. */
  readonly width: number;
  readonly height: number;
  /** As they are stored. */
  readonly quarters: Quarters;
  /** The value of EXIF's orientation: how the stored picture is turned to be seen. */
  readonly orientation: number;
}

/** Colours of two quarters differ by this much in some channel, so that changed places are noticed. */
const MIN_DIFFERENCE = 60;
const MIN_GREY_DIFFERENCE = 30;
/** The darkest channel of each colour, so that what is transparent is shown on white. */
const MAX_DARKEST = 180;

/** @param least of each channel, for formats that keep dark ones less well */
export function createDrawing(chance: Chance, isGrey: boolean, orientation: number, least = 0): Drawing {
  const minimum = isGrey ? MIN_GREY_DIFFERENCE : MIN_DIFFERENCE;
  const draw = () => Array.from({ length: 4 }, () => (isGrey ? greyOf(chance) : colourOf(chance, least)));
  let quarters = draw();
  while (!areApart(quarters, minimum)) quarters = draw();
  const [a, b, c, d] = quarters as [Rgb, Rgb, Rgb, Rgb];
  return { width: 48 + chance.whole(49), height: 32 + chance.whole(33), quarters: [a, b, c, d], orientation };
}

function areApart(quarters: readonly Rgb[], minimum: number): boolean {
  return quarters.every((one, i) => quarters.slice(0, i).every((other) => differenceOf(one, other) >= minimum));
}

function colourOf(chance: Chance, least: number): Rgb {
  const channel = () => least + chance.whole(256 - least);
  const rgb: Rgb = [channel(), channel(), channel()];
  return Math.min(...rgb) <= MAX_DARKEST ? rgb : [MAX_DARKEST, rgb[1], rgb[2]];
}

function greyOf(chance: Chance): Rgb {
  const value = 15 + chance.whole(MAX_DARKEST - 15);
  return [value, value, value];
}

/** The largest difference of a channel. */
export function differenceOf(a: Rgb, b: Rgb): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
}

/** Where each quarter is seen lies in the stored picture, by orientation (EXIF 2.32, 4.6.4). */
const TURNED: Readonly<Record<number, readonly [number, number, number, number]>> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [3, 2, 1, 0],
  4: [2, 3, 0, 1],
  5: [0, 2, 1, 3],
  6: [2, 0, 3, 1],
  7: [3, 1, 2, 0],
  8: [1, 3, 0, 2],
};

/** The quarters and the size as a person sees them. */
export function seen({ width, height, quarters, orientation }: Drawing): {
  quarters: Quarters;
  width: number;
  height: number;
} {
  const [a, b, c, d] = TURNED[orientation] ?? [0, 1, 2, 3];
  const at = (i: number) => quarters[i] as Rgb;
  const isTurned = orientation > 4;
  return {
    quarters: [at(a), at(b), at(c), at(d)],
    width: isTurned ? height : width,
    height: isTurned ? width : height,
  };
}

/** The samples of the stored picture, from 0 to 255. @param channels of each pixel: grey, or red, green, blue */
export function samplesOf({ width, height, quarters }: Drawing, channels: 1 | 3): Uint8Array {
  const samples = new Uint8Array(channels * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rgb = quarters[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] as Rgb;
      samples.set(rgb.slice(0, channels), channels * (y * width + x));
    }
  }
  return samples;
}

export function imageOf(drawing: Drawing, channels: 1 | 3 = 3): Sharp {
  const { width, height } = drawing;
  const image = sharp(samplesOf(drawing, channels), { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** The same in 16 bits. */
export function deepImageOf(drawing: Drawing): Sharp {
  const { width, height } = drawing;
  const samples = Uint16Array.from(samplesOf(drawing, 3), (value) => 257 * value);
  return sharp(samples, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
}

/** With a transparency for each quarter, from 0 to 255, as they are stored. */
export function clearImageOf(drawing: Drawing, alphas: readonly number[]): Sharp {
  const { width, height } = drawing;
  const rgb = samplesOf(drawing, 3);
  const alpha = samplesOf({ ...drawing, quarters: alphas.map((one) => [one, one, one]) as unknown as Quarters }, 1);
  const samples = new Uint8Array(4 * width * height);
  for (const [i, value] of alpha.entries()) samples.set([...rgb.subarray(3 * i, 3 * i + 3), value], 4 * i);
  return sharp(samples, { raw: { width, height, channels: 4 } });
}

/** The drawing as it is seen on white. */
export function onWhite(drawing: Drawing, alphas: readonly number[]): Drawing {
  const blend = (rgb: Rgb, i: number) =>
    rgb.map((value) => 255 + ((value - 255) * (alphas[i] ?? 255)) / 255) as unknown as Rgb;
  return { ...drawing, quarters: drawing.quarters.map(blend) as unknown as Quarters };
}

/** The numbers of Display P3 for these colours: what is seen of them without their profile. */
export async function inDisplayP3(quarters: Quarters): Promise<Quarters> {
  const image = imageOf({ width: 4, height: 4, quarters, orientation: 1 }).withIccProfile('p3');
  const png = await image.png({ palette: false }).toBuffer();
  const samples = await sharp(png, { ignoreIcc: true }).raw().toBuffer();
  const at = (x: number, y: number) => [...samples.subarray(3 * (4 * y + x), 3 * (4 * y + x) + 3)] as unknown as Rgb;
  return [at(0, 0), at(3, 0), at(0, 3), at(3, 3)];
}
