/**
 * Chequers over two slopes, in sRGB bytes [height, width, 3]: the formula of `pattern` in the Python scripts that record
 * what other libraries make of it.
 */
export function patternRgb(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      rgb[at] = (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 1 ? 220 : 30;
      rgb[at + 1] = Math.floor((255 * x) / width);
      rgb[at + 2] = Math.floor((255 * y) / height);
    }
  }
  return rgb;
}
