/** Pixels of browsers: canvases without a document. */
import type { Rendition } from '../../../indexing/ports.ts';
import type { Size } from '../square/square.ts';
import type { Raw } from './raw.ts';

export interface Canvas extends Size {
  readonly element: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

export type Drawable = ImageBitmap | VideoFrame | OffscreenCanvas;

/** A part of what is drawn, in its own pixels. */
export interface Part extends Size {
  readonly left: number;
  readonly top: number;
}

/** Read back often, so that it stays with the processor. */
function createCanvas(width: number, height: number): Canvas {
  const element = new OffscreenCanvas(width, height);
  const context = element.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser gave no canvas');
  context.imageSmoothingQuality = 'high';
  return { element, context, width, height };
}

/** At most `size` on its longest side, never enlarged, as sharp rounds it. */
export function sizeInside({ width, height }: Size, size: number): Size {
  const scale = Math.min(1, size / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A picture scaled to a size, what is transparent left so. */
export function drawn(source: Drawable, { width, height }: Size, part?: Part): Canvas {
  const canvas = createCanvas(width, height);
  if (part) {
    canvas.context.drawImage(source, part.left, part.top, part.width, part.height, 0, 0, width, height);
  } else {
    canvas.context.drawImage(source, 0, 0, width, height);
  }
  return canvas;
}

/** What EXIF's orientations do, as matrices over the unit square: [a, b, c, d, e, f] of a canvas. */
const TURNS: readonly (readonly [number, number, number, number, number, number])[] = [
  [1, 0, 0, 1, 0, 0],
  [-1, 0, 0, 1, 1, 0],
  [-1, 0, 0, -1, 1, 1],
  [1, 0, 0, -1, 0, 1],
  [0, 1, 1, 0, 0, 0],
  [0, 1, -1, 0, 1, 0],
  [0, -1, -1, 0, 1, 1],
  [0, -1, 1, 0, 0, 1],
];

/** A picture that was stored turned, upright. @param orientation 2 to 8 */
export function turned(source: Drawable & Size, orientation: number): Canvas {
  const { width, height } = source;
  const [a, b, c, d, e, f] = TURNS[orientation - 1] ?? [1, 0, 0, 1, 0, 0];
  const canvas = orientation > 4 ? createCanvas(height, width) : createCanvas(width, height);
  canvas.context.setTransform(a, b, c, d, e * canvas.width, f * canvas.height);
  canvas.context.drawImage(source, 0, 0);
  return canvas;
}

/** Pixels on a ground, and how much was drawn on it: the mean opacity, 0 … 1. */
export interface Flattened {
  readonly raw: Raw;
  readonly drawn: number;
}

export function flattened({ context, width, height }: Canvas, ground: string): Flattened {
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  const under = [1, 3, 5].map((at) => Number.parseInt(ground.slice(at, at + 2), 16));
  const [red = 255, green = 255, blue = 255] = under;
  let opacity = 0;
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    const alpha = data[from + 3] as number;
    opacity += alpha;
    if (alpha === 255) {
      rgb[to] = data[from] as number;
      rgb[to + 1] = data[from + 1] as number;
      rgb[to + 2] = data[from + 2] as number;
    } else {
      const rest = 255 - alpha;
      rgb[to] = mixed(data[from] as number, red, alpha, rest);
      rgb[to + 1] = mixed(data[from + 1] as number, green, alpha, rest);
      rgb[to + 2] = mixed(data[from + 2] as number, blue, alpha, rest);
    }
  }
  return { raw: { data: rgb, width, height }, drawn: opacity / (255 * width * height) };
}

function mixed(value: number, ground: number, alpha: number, rest: number): number {
  return Math.round((value * alpha + ground * rest) / 255);
}

const EXTENSIONS = new Map([
  ['image/webp', 'webp'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
]);

/**
 * A smaller copy on its ground. Of photographs a JPEG, which takes browsers a quarter of the time of a WebP and is a fifth
 * larger; of all else a WebP, which keeps edges sharp, where the browser writes it. Safari writes PNG for what it cannot.
 */
export async function encoded(source: Canvas, size: Size, ground: string, isPhotograph: boolean): Promise<Rendition> {
  const { element, context, width, height } = createCanvas(size.width, size.height);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  context.drawImage(source.element, 0, 0, width, height);
  const written = (type: string) => element.convertToBlob({ type, quality: 0.8 });
  const first = await written(isPhotograph ? 'image/jpeg' : 'image/webp');
  const blob = first.type === 'image/png' ? await written('image/jpeg') : first;
  const extension = EXTENSIONS.get(blob.type);
  if (extension === undefined) throw new Error(`the browser writes ${blob.type || 'no pictures'}`);
  return { bytes: new Uint8Array(await blob.arrayBuffer()), extension, width, height };
}
