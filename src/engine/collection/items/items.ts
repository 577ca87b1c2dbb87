import { AfterimageError } from '../../errors.ts';
import {
  also,
  type Check,
  checked,
  finite,
  integer,
  isoDate,
  matching,
  nullable,
  object,
  parseJson,
  relativePath,
  text,
} from '../../formats/check.ts';
import { extensions, MAX_ITEM_EXTENSION_BYTES } from '../extensions/extensions.ts';
import { join } from '../sections/pack.ts';
import { corrupt } from '../sections/section.ts';
import type { Item, PictureFile } from '../types.ts';

const ID = /^[0-9a-f]{16}$/;
/** How every line begins, so that ids can be read without parsing the lines. */
const LINE_START = '{"id":"';
const ID_LENGTH = 16;
const LINE_BREAK = 10;

/** Position in a list of items and in the index; −1 where there is none. */
type Row = number;

/** The items of a collection by row. Their bytes are at hand or read when they are needed. */
export interface ItemStore {
  readonly count: number;
  /**
   * @throws AfterimageError `part-corrupt` for a line that is no valid item, `internal` for a row that does not exist;
   *   where it has to be read, what the byte source throws.
   */
  get(row: number): Promise<Item>;
  /**
   * The first row with this id, or −1. @throws as `get`
   * @param collection where several are searched together: only there
   */
  rowOf(id: string, collection?: string): Promise<Row>;
}

/** Items whose bytes are all at hand. */
export interface ItemLines {
  readonly count: number;
  get(row: number): Item;
  rowOf(id: string): Row;
}

const picture = object<PictureFile>({ path: relativePath, width: integer(1), height: integer(1) });

const members: Check<Item> = object<Item>(
  {
    id: matching(ID, '16 lower-case hex digits'),
    name: text(1, 10_000),
    title: nullable(text(0, 10_000)),
    licence: nullable(text(0, 10_000)),
    width: integer(0),
    height: integer(0),
    bytes: integer(0),
    date: nullable(isoDate),
    thumbnail: nullable(picture),
    preview: nullable(picture),
    media: matching(/^[a-z][a-z0-9-]{0,31}$/, 'a kind of media'),
    duration: also(finite, (seconds) => (seconds < 0 ? 'is below 0' : undefined)),
    extensions: extensions(MAX_ITEM_EXTENSION_BYTES),
  },
  ['media', 'duration', 'extensions'],
);

const item: Check<Item> = also(members, ({ width, height, thumbnail, preview }) => {
  if (thumbnail === null) return preview === null ? undefined : 'has a preview and no thumbnail';
  return width > 0 && height > 0 ? undefined : 'has a thumbnail and no size';
});

/**
 * An item as one line of JSON, line break included. Raw line breaks cannot occur inside: JSON escapes them.
 * @throws AfterimageError `collection-invalid` for an item that `ItemLines` would refuse.
 */
export function encodeItem(value: Item, row: number): Uint8Array {
  const valid = checked(value, item, (problem) => {
    return new AfterimageError('collection-invalid', `The picture in row ${row} has an invalid record: ${problem}.`);
  });
  return new TextEncoder().encode(`${JSON.stringify(valid)}\n`);
}

/** Lines of whole items in blocks of at most `blockBytes`; a longer line is a block of its own. */
export async function* encodeItemBlocks(
  itemLines: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  blockBytes: number,
): AsyncGenerator<{ readonly first: Row; readonly bytes: Uint8Array }> {
  let lines: Uint8Array[] = [];
  let size = 0;
  let row = 0;
  for await (const line of itemLines) {
    if (size > 0 && size + line.length > blockBytes) {
      yield { first: row - lines.length, bytes: join(lines, size) };
      lines = [];
      size = 0;
    }
    lines.push(line);
    size += line.length;
    row++;
  }
  if (size > 0) yield { first: row - lines.length, bytes: join(lines, size) };
}

/** A store of items that are at hand. */
export function storeOf(lines: ItemLines): ItemStore {
  return { count: lines.count, get: async (row) => lines.get(row), rowOf: async (id) => lines.rowOf(id) };
}

/** Whether there is such a row. @throws AfterimageError `internal` */
export function checkRow(row: number, count: number): void {
  if (Number.isInteger(row) && row >= 0 && row < count) return;
  throw new AfterimageError('internal', `There is no row ${row} in a collection of ${count} pictures.`);
}

/**
 * Items over the bytes of their lines, which stay bytes: a line is parsed when it is asked for.
 * @param body JSON Lines, `count` of them, each ended by a line break.
 * @throws AfterimageError `part-corrupt` for another number of lines.
 */
export function createItemLines(body: Uint8Array, count: number): ItemLines {
  const starts = lineStarts(body, count);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rows: Map<string, Row> | undefined;

  const line = (row: Row) => body.subarray(starts[row], (starts[row + 1] as number) - 1);

  return {
    count,
    get(row) {
      checkRow(row, count);
      return decodeItem(line(row), row, decoder);
    },
    rowOf(id) {
      rows ??= rowsById(line, count);
      return rows.get(id) ?? -1;
    },
  };
}

/** Offsets of all lines and, last, of the end. */
function lineStarts(body: Uint8Array, count: number): Float64Array {
  const starts = new Float64Array(count + 1);
  let row = 0;
  let end = body.indexOf(LINE_BREAK);
  for (; end >= 0 && row < count; end = body.indexOf(LINE_BREAK, end + 1)) starts[++row] = end + 1;
  if (row < count || starts[count] !== body.length) {
    throw corrupt('items', `they are not ${count} lines, one for each picture.`);
  }
  return starts;
}

function decodeItem(line: Uint8Array, row: Row, decoder: InstanceType<typeof TextDecoder>): Item {
  let source: string;
  try {
    source = decoder.decode(line);
  } catch {
    throw corrupt('items', `line ${row + 1} is not UTF-8.`);
  }
  return parseJson(source, item, (problem) => corrupt('items', `line ${row + 1} is not an item: ${problem}.`));
}

/** Ids stand at the same place of every line, so that 100,000 of them are read in a few ten milliseconds. */
function rowsById(line: (row: Row) => Uint8Array, count: number): Map<string, Row> {
  const rows = new Map<string, Row>();
  const decoder = new TextDecoder();
  for (let row = 0; row < count; row++) {
    const start = decoder.decode(line(row).subarray(0, LINE_START.length + ID_LENGTH));
    const id = start.slice(LINE_START.length);
    if (!(start.startsWith(LINE_START) && ID.test(id)))
      throw corrupt('items', `line ${row + 1} does not begin with an id.`);
    if (!rows.has(id)) rows.set(id, row);
  }
  return rows;
}
