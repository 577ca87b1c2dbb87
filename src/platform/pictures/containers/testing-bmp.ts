/** Windows bitmaps of 24 bits, for tests. */
export interface TestBmp {
  readonly width: number;
  readonly height: number;
  /** The short header of OS/2. */
  readonly isCore?: boolean;
  /** The first line lies at the beginning. */
  readonly isTopDown?: boolean;
  readonly at: (x: number, y: number) => readonly [number, number, number];
}

export function writeBmp({ width, height, isCore = false, isTopDown = false, at }: TestBmp): Uint8Array<ArrayBuffer> {
  const start = isCore ? 26 : 54;
  const line = 4 * Math.ceil((3 * width) / 4);
  const bytes = new Uint8Array(start + line * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, start, true);
  view.setUint32(14, isCore ? 12 : 40, true);
  if (isCore) {
    for (const [i, value] of [width, height, 1, 24].entries()) view.setUint16(18 + 2 * i, value, true);
  } else {
    view.setInt32(18, width, true);
    view.setInt32(22, isTopDown ? -height : height, true);
    view.setUint16(26, 1, true);
    view.setUint16(28, 24, true);
  }
  for (let y = 0; y < height; y++) {
    const row = start + line * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) bytes.set([...at(x, y)].reverse(), row + 3 * x);
  }
  return bytes;
}
