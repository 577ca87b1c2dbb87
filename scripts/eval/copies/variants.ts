import sharp, { type Sharp } from 'sharp';

/** A copy of a picture, to be encoded. */
type Variant = (bytes: Uint8Array, width: number, height: number) => Sharp;

/** Copies by name, as they come about when pictures are sent, shared and edited. */
export const VARIANTS: ReadonlyMap<string, Variant> = new Map<string, Variant>([
  ['JPEG q30', (bytes) => sharp(bytes).jpeg({ quality: 30 })],
  ['JPEG q60', (bytes) => sharp(bytes).jpeg({ quality: 60 })],
  ['JPEG q95', (bytes) => sharp(bytes).jpeg({ quality: 95 })],
  ['WebP q50', (bytes) => sharp(bytes).webp({ quality: 50 })],
  ['WebP q80', (bytes) => sharp(bytes).webp({ quality: 80 })],
  ['0.25 ×', resized(0.25)],
  ['0.5 ×', resized(0.5)],
  ['2 ×', resized(2)],
  ['cropped 2 %', cropped(0.02, 0.5)],
  ['cropped 4 %', cropped(0.04, 0.5)],
  ['cropped 6 %', cropped(0.06, 0.5)],
  ['cropped 8 %', cropped(0.08, 0.5)],
  ['cropped 4 %, from one corner', cropped(0.04, 0)],
  ['cropped 8 %, from one corner', cropped(0.08, 0)],
  ['brighter', (bytes) => sharp(bytes).linear(1.15, 10).jpeg({ quality: 85 })],
  ['darker', (bytes) => sharp(bytes).linear(0.8, -5).jpeg({ quality: 85 })],
  ['more contrast', (bytes) => sharp(bytes).linear(1.3, -38).jpeg({ quality: 85 })],
  ['less colour', (bytes) => sharp(bytes).modulate({ saturation: 0.3 }).jpeg({ quality: 85 })],
]);

function resized(scale: number): Variant {
  return (bytes, width) =>
    sharp(bytes)
      .resize(Math.max(1, Math.round(scale * width)))
      .jpeg({ quality: 80 });
}

/** @param part of each side that is cut off @param first which part of that on the left and above */
function cropped(part: number, first: number): Variant {
  return (bytes, width, height) => {
    const [left, top] = [Math.round(first * part * width), Math.round(first * part * height)];
    return sharp(bytes)
      .extract({ left, top, width: Math.round((1 - part) * width), height: Math.round((1 - part) * height) })
      .jpeg({ quality: 85 });
  };
}
