/** A drawing style that the embedded model was never trained on: drawn for the evaluation only. */
import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { LabelledPicture } from './embedded.ts';

interface IconSet {
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
  readonly icons: Readonly<Record<string, IconSet & { readonly body: string }>>;
}

/** One drawing of an emoji. */
export interface StyleDrawing {
  /** English CLDR name. */
  readonly label: string;
  readonly svg: string;
}

/** An Iconify package and what MODEL.md calls the style. */
export const UNSEEN_STYLE = { package: '@iconify-json/fxemoji', title: 'Firefox OS emoji' } as const;

/** Side of a drawing, in pixels: that of the demo's pictures. */
const SIZE = 224;

const require = createRequire(import.meta.url);

/** The icons of `style` whose name is the English CLDR name of an emoji, spaces and signs aside. */
export function styleDrawings(style: string): StyleDrawing[] {
  const set = require(`${style}/icons.json`) as IconSet;
  const names = require('emojibase-data/en/data.json') as readonly { readonly label: string }[];
  const labels = new Map(names.map(({ label }) => [letters(label), label]));
  return Object.entries(set.icons).flatMap(([name, icon]) => {
    const label = labels.get(letters(name));
    return label === undefined ? [] : [{ label, svg: svgOf(set, icon) }];
  });
}

function letters(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '');
}

function svgOf(set: IconSet, icon: IconSet['icons'][string]): string {
  const of = (side: 'left' | 'top' | 'width' | 'height', otherwise: number) => icon[side] ?? set[side] ?? otherwise;
  const box = [of('left', 0), of('top', 0), of('width', 16), of('height', 16)].join(' ');
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<svg ${namespaces} width="${SIZE}" height="${SIZE}" viewBox="${box}">${icon.body}</svg>`;
}

/** The drawings of `style` on white. */
export function stylePictures(style: string): LabelledPicture[] {
  return styleDrawings(style).map(({ label, svg }) => ({
    label,
    open: () => sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).png().toBuffer(),
  }));
}
