/** HEIC files put together of boxes (ISO/IEC 23008-12) around pictures that were coded before. For tests. */
import { boxes, inside } from '../containers/boxes.ts';
import { concat } from '../containers/bytes.ts';
import { itemContents } from '../containers/iso-items.ts';
import { testBox } from '../containers/raw/testing-raw.ts';

/** A coded picture and how it is decoded, taken out of a file with one. */
export interface CodedTile {
  readonly data: Uint8Array;
  /** The content of `hvcC`. */
  readonly configuration: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export function tileOf(heic: Uint8Array): CodedTile {
  const [data] = itemContents(heic, ({ type }) => type === 'hvc1');
  const properties = inside(heic, ['meta', 'iprp', 'ipco']);
  const content = (name: string) => properties.find(({ type }) => type === name)?.content;
  const [configuration, size] = [content('hvcC'), content('ispe')];
  if (!data || !configuration || !size) throw new Error('no picture in it');
  const view = new DataView(size.buffer, size.byteOffset);
  return { data, configuration, width: view.getUint32(4), height: view.getUint32(8) };
}

export interface TestHeic {
  readonly tiles: readonly CodedTile[];
  /** How many tiles beside each other, and how large the picture is that they make; absent: the first tile is the picture. */
  readonly grid?: { readonly columns: number; readonly width: number; readonly height: number };
  /** Quarters of a turn against the clock. */
  readonly turns?: number;
  /** Mirrored from left to right. */
  readonly isMirrored?: boolean;
  /** The content of `colr`. */
  readonly colour?: Uint8Array;
  /** A TIFF file. */
  readonly exif?: Uint8Array;
  readonly brand?: string;
  /** What the header says of the size, where that is not the truth. */
  readonly size?: { readonly width: number; readonly height: number };
}

export function makeHeic(heic: TestHeic): Uint8Array {
  const { tiles, grid, turns = 0, isMirrored = false, colour, exif, brand = 'heic' } = heic;
  const [first] = tiles;
  if (!first) throw new Error('no tile');
  const primary = grid ? tiles.length + 1 : 1;
  const size = heic.size ?? grid ?? first;
  const items: { id: number; type: string; data: Uint8Array }[] = tiles.map(({ data }, i) => ({
    id: i + 1,
    type: 'hvc1',
    data,
  }));
  if (grid) {
    const rows = tiles.length / grid.columns;
    const data = numbers([0, 1], [0, 1], [rows - 1, 1], [grid.columns - 1, 1], [grid.width, 2], [grid.height, 2]);
    items.push({ id: primary, type: 'grid', data });
  }
  const exifId = items.length + 1;
  if (exif) items.push({ id: exifId, type: 'Exif', data: concat([numbers([6, 4]), text('Exif\0\0'), exif]) });

  // Of the tiles, then of the whole.
  const ofWhole = [
    fullBox('ispe', 0, numbers([size.width, 4], [size.height, 4])),
    ...(colour ? [testBox('colr', colour)] : []),
    ...(turns > 0 ? [testBox('irot', numbers([turns, 1]))] : []),
    ...(isMirrored ? [testBox('imir', numbers([1, 1]))] : []),
  ];
  const ofTiles = [
    testBox('hvcC', first.configuration),
    fullBox('ispe', 0, numbers([first.width, 4], [first.height, 4])),
  ];
  const whole = ofWhole.map((_, i) => 3 + i);
  const associated: [number, number[]][] = grid
    ? [...tiles.map((_, i): [number, number[]] => [i + 1, [1, 2]]), [primary, whole]]
    : [[1, [1, ...whole]]];
  const associations = associated.map(([id, list]) =>
    numbers([id, 2], [list.length, 1], ...list.map((index): [number, 1] => [index, 1])),
  );
  const references = [
    ...(grid
      ? [testBox('dimg', numbers([primary, 2], [tiles.length, 2], ...tiles.map((_, i): [number, 2] => [i + 1, 2])))]
      : []),
    ...(exif ? [testBox('cdsc', numbers([exifId, 2], [1, 2], [primary, 2]))] : []),
  ];
  const infos = items.map(({ id, type }) =>
    fullBox(
      'infe',
      2,
      concat([numbers([id, 2], [0, 2]), text(type), Uint8Array.of(0)]),
      type === 'hvc1' && grid ? 1 : 0,
    ),
  );
  const meta = (start: number) => {
    let at = start;
    const places = items.map(({ id, data }) => {
      at += data.length;
      return numbers([id, 2], [0, 2], [1, 2], [at - data.length, 4], [data.length, 4]);
    });
    return fullBox(
      'meta',
      0,
      concat([
        fullBox('hdlr', 0, concat([numbers([0, 4]), text('pict'), new Uint8Array(13)])),
        fullBox('pitm', 0, numbers([primary, 2])),
        fullBox('iloc', 0, concat([numbers([0x44, 1], [0, 1], [items.length, 2]), ...places])),
        fullBox('iinf', 0, concat([numbers([items.length, 2]), ...infos])),
        ...(references.length > 0 ? [fullBox('iref', 0, concat(references))] : []),
        testBox(
          'iprp',
          testBox('ipco', ...ofTiles, ...ofWhole),
          fullBox('ipma', 0, concat([numbers([associated.length, 4]), ...associations])),
        ),
      ]),
    );
  };
  const type = testBox('ftyp', text(brand), numbers([0, 4]), text(`mif1${brand}`));
  const start = type.length + meta(0).length + 8;
  return concat([type, meta(start), testBox('mdat', ...items.map(({ data }) => data))]);
}

/** The profile in a file that has one. */
export function profileOf(heic: Uint8Array): Uint8Array {
  const colour = inside(heic, ['meta', 'iprp', 'ipco']).find(({ type }) => type === 'colr');
  if (!colour) throw new Error(`no profile among ${boxes(heic).map(({ type }) => type)}`);
  return colour.content;
}

/** The content of `colr` that names its colours by numbers. */
export function numericColour(primaries: number, transfer: number): Uint8Array {
  return concat([text('nclx'), numbers([primaries, 2], [transfer, 2], [6, 2], [0x80, 1])]);
}

function fullBox(type: string, version: number, content: Uint8Array, flags = 0): Uint8Array {
  return testBox(type, numbers([version, 1], [0, 2], [flags, 1]), content);
}

function numbers(...values: readonly (readonly [value: number, bytes: 1 | 2 | 4])[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, size] of values) {
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value);
    else view.setUint32(at, value);
    at += size;
  }
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
