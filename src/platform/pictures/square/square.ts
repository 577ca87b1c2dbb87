import type { Preprocessor } from '../../models/preprocessor.ts';
import type { Square } from './resample.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The square that the vision tower takes: shortest side to `shortestEdge` and the middle of it, or squeezed. As
 * `CLIPImageProcessor` of Python's transformers does it: the longer side and both margins are rounded down.
 */
export function squareIn(original: Size, { imageSize, shortestEdge }: Preprocessor): Square {
  const { width, height } = shortestEdge === null ? squareOf(imageSize) : scaledSize(original, shortestEdge);
  const left = Math.floor((width - imageSize) / 2);
  const top = Math.floor((height - imageSize) / 2);
  return { width, height, left, top, size: imageSize };
}

/** How many pixels the shorter side of a smaller copy needs, so that nothing is lost: of a long strip it may have fewer. */
export function leastSide(original: Size, { imageSize, shortestEdge }: Preprocessor): number {
  return Math.min(shortestEdge ?? imageSize, original.width, original.height);
}

function squareOf(size: number): Size {
  return { width: size, height: size };
}

/** Scaled so that the shortest side has `edge` pixels. */
function scaledSize({ width, height }: Size, edge: number): Size {
  const longest = Math.floor((edge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: edge, height: longest } : { width: longest, height: edge };
}
