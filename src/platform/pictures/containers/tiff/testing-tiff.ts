export interface TestTiff {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** 1 whole numbers, 2 signed ones, 3 floating point. */
  readonly format: number;
  readonly photometric: number;
  readonly samples: number;
  readonly compression?: number;
  readonly profile?: boolean;
  readonly data: ArrayBufferView;
}

/** A TIFF of one strip in little-endian order, with whatever its tags say. */
export function writeTiff(image: TestTiff): Uint8Array {
  const { width, height, bits, format, photometric, samples, compression = 1, profile = false, data } = image;
  const repeated = (value: number) => Array<number>(samples).fill(value);
  const tags: [tag: number, type: 3 | 4, values: number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, repeated(bits)],
    [259, 3, [compression]],
    [262, 3, [photometric]],
    [273, 4, [0]], // where the samples begin: set below
    [277, 3, [samples]],
    [278, 4, [height]],
    [279, 4, [data.byteLength]],
    [339, 3, repeated(format)],
    ...(profile ? ([[34675, 4, [0]]] as [number, 4, number[]][]) : []),
  ];
  const bytesOf = ([, type, values]: (typeof tags)[number]) => (type === 3 ? 2 : 4) * values.length;
  const directory = 8 + 2 + 12 * tags.length + 4;
  const outside = tags.map(bytesOf).filter((bytes) => bytes > 4);
  const start = directory + outside.reduce((sum, bytes) => sum + bytes, 0);
  const bytes = new Uint8Array(start + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, 8, true);
  view.setUint16(8, tags.length, true);
  let free = directory;
  for (const [i, tag] of tags.entries()) {
    const [number, type, values] = tag;
    const at = 10 + 12 * i;
    view.setUint16(at, number, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    const isOutside = bytesOf(tag) > 4;
    if (isOutside) view.setUint32(at + 8, free, true);
    const first = isOutside ? free : at + 8;
    const shownValues = number === 273 ? [start] : values;
    for (const [j, value] of shownValues.entries()) {
      if (type === 3) view.setUint16(first + 2 * j, value, true);
      else view.setUint32(first + 4 * j, value, true);
    }
    if (isOutside) free += bytesOf(tag);
  }
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
