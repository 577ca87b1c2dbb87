/** Tables that are text: decoded and cut into lines. */
import { createReadStream } from 'node:fs';
import { createTextDecoder, findEncoding } from './encoding.node.ts';
import { invalid } from './invalid.node.ts';

const CHUNK_BYTES = 1 << 18;
/** Characters of the longest line or record that is read. */
export const MAX_RECORD = 1 << 24;

/**
 * The text of a file, in pieces. It is read several times: what it is encoded in is known only when all of it was seen.
 * @param note is told of what is not UTF-8.
 * @throws AfterimageError `metadata-invalid` for what is no text.
 */
export async function* readText(path: string, note: (text: string) => void): AsyncGenerator<string, void> {
  const chunks = () => createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
  const { encoding, odd, firstOdd, binary } = await findEncoding(chunks);
  if (binary) throw invalid(path, 'it is not text');
  if (encoding === 'windows-1252') note(`is not UTF-8 (line ${firstOdd}) and was read as Windows-1252`);
  else if (odd > 0) note(`is not UTF-8 in ${odd} places, the first in line ${firstOdd}; they are shown as �`);
  const decode = createTextDecoder(encoding);
  for await (const bytes of chunks()) {
    const text = decode(bytes);
    if (text !== '') yield text;
  }
  const rest = decode();
  if (rest !== '') yield rest;
}

export interface Line {
  readonly line: string;
  /** Counted from 1. */
  readonly number: number;
}

/**
 * Lines that end as the first one does: in a line feed with or without a carriage return before it, or in a carriage
 * return alone. The last one may end in nothing.
 * @throws AfterimageError `metadata-invalid` for a line that is too long.
 */
export async function* linesOf(chunks: AsyncIterable<string>, path: string): AsyncGenerator<Line, void> {
  let end: '\n' | '\r' | undefined;
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const isEnding = end === undefined ? rest.endsWith('\r') || /[\r\n]/.test(chunk) : chunk.includes(end);
    rest += chunk;
    if (rest.length > MAX_RECORD && !isEnding) throw tooLong(path, number + 1);
    if (!isEnding) continue;
    end ??= lineEndOf(rest);
    if (end === undefined) continue;
    const lines = rest.split(end);
    rest = lines.pop() ?? '';
    for (const line of lines) yield { line: withoutOther(line, end), number: ++number };
  }
  if (end === undefined) rest = rest.replace(/\r$/, '');
  else rest = withoutOther(rest, end);
  if (rest !== '') yield { line: rest, number: number + 1 };
}

/** How the first line of `text` ends; undefined where that is not known yet. */
export function lineEndOf(text: string): '\n' | '\r' | undefined {
  const at = text.search(/[\r\n]/);
  if (at < 0 || (text[at] === '\r' && at === text.length - 1)) return undefined;
  return text[at] === '\n' || text[at + 1] === '\n' ? '\n' : '\r';
}

/** Of a pair that ends a line, the half that it was not cut at. */
function withoutOther(line: string, end: '\n' | '\r'): string {
  return end === '\n' ? line.replace(/\r$/, '') : line.replace(/^\n/, '');
}

export function tooLong(path: string, line: number) {
  return invalid(path, `line ${line} begins a record of more than ${MAX_RECORD} characters`);
}
