/** A drawing style that the embedded model was never trained on: drawn for the evaluation only. */
import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Embedding } from '../../src/engine/embedding.ts';
import { createExactIndex } from '../../src/engine/exact-index.ts';
import { mapOrdered } from '../../src/indexing/map-ordered.ts';
import { createNodeImageEncoder } from '../../src/platform/clip.node.ts';
import { createDecoder } from '../../src/platform/decode.node.ts';
import { MODELS_FOLDER } from '../lib/folders.ts';

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

/** The drawings of a style, searched exactly. */
export interface StyleCollection {
  readonly labels: readonly string[];
  /** Rows, most similar first. */
  rank(query: Embedding, k: number): number[];
}

/** An Iconify package and what MODEL.md calls the style. */
export const UNSEEN_STYLE = { package: '@iconify-json/fxemoji', title: 'Firefox OS emoji' } as const;

/** Side of a drawing, in pixels: that of the demo's pictures. */
const SIZE = 224;
const CONCURRENCY = 2;

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

/** Draw and embed a style with the model `modelId`, on white. */
export async function openStyle(style: string, modelId: string): Promise<StyleCollection> {
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId });
  const decoder = createDecoder({ preprocessor: encoder.preprocessor, pictures: 'none' });
  const drawings = styleDrawings(style);
  const draw = async ({ label, svg }: StyleDrawing) => {
    const png = await sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).png().toBuffer();
    return (await decoder.decode(png, `${label}.png`)).pixels;
  };
  const rows = new Float32Array(drawings.length * encoder.dim);
  let row = 0;
  for await (const pixels of mapOrdered(drawings, draw, { concurrency: CONCURRENCY, ahead: CONCURRENCY })) {
    const [embedding] = await encoder.encode([pixels]);
    if (embedding) rows.set(embedding, encoder.dim * row++);
  }
  await encoder.dispose();
  const index = createExactIndex(rows, encoder.dim);
  return {
    labels: drawings.map(({ label }) => label),
    rank: (query, k) => index.search(query, { k }).map((hit) => hit.row),
  };
}
