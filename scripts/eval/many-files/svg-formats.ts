import type { Drawing } from './drawing.ts';
import type { Format } from './formats.ts';

/** What browsers give a drawing that says nothing of its size, in CSS pixels. */
const DEFAULT_SIZE = { width: 300, height: 150 };

function svg(name: string, weight: number, root: (drawing: Drawing) => string, more: Partial<Format> = {}): Format {
  return {
    ...{ family: 'SVG', name, weight, extension: 'svg', turns: false, places: 'none', hasChecksum: false },
    encode: async (drawing) => Buffer.from(textOf(drawing, root(drawing))),
    ...more,
  };
}

function textOf({ quarters }: Drawing, attributes: string): string {
  const rects = quarters.map(
    (rgb, i) =>
      `<rect x="${50 * (i % 2)}%" y="${i < 2 ? 0 : 50}%" width="50%" height="50%" fill="rgb(${rgb.join()})"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>\n${rects.join('\n')}\n</svg>\n`;
}

const sized = ({ width, height }: Drawing) => `width="${width}" height="${height}"`;
const boxed = ({ width, height }: Drawing) => `viewBox="0 0 ${width} ${height}"`;

export const DRAWINGS: readonly Format[] = [
  svg('with a size', 3, sized),
  svg('with a viewBox', 2, boxed),
  svg('with both, in its style', 1, (drawing) => {
    const { width, height } = drawing;
    return `${boxed(drawing)} style="width: ${width}px; height: ${height}px"`;
  }),
  svg('without a size', 2, () => '', { shown: (drawing) => ({ ...drawing, ...DEFAULT_SIZE }) }),
  svg('in UTF-16', 1, sized, {
    encode: async (drawing) =>
      Buffer.from(`\ufeff<?xml version="1.0"?>\n${textOf(drawing, sized(drawing))}`, 'utf16le'),
  }),
];
