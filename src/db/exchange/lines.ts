/** A line of a file, or why it could not be read. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly damage: string };

export interface LineLimits {
  readonly lineBytes: number;
  readonly fileBytes: number;
}

const NEWLINE = 0x0a;

/**
 * Split bytes at newlines and decode each line by itself, so that a damaged one has a number. Never holds more than one
 * line. Empty lines are counted and passed over. `number` counts from 1.
 * @throws RangeError when there are more than `limits.fileBytes`.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<Line> {
  const line = createLineBuffer(limits.lineBytes);
  let total = 0;
  let number = 1;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limits.fileBytes) throw new RangeError(`more than ${limits.fileBytes} bytes`);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      if (!line.isEmpty()) yield line.take(number);
      number++;
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  }
  if (!line.isEmpty()) yield line.take(number);
}

interface LineBuffer {
  add(bytes: Uint8Array): void;
  isEmpty(): boolean;
  /** The line so far; empties the buffer. */
  take(number: number): Line;
}

function createLineBuffer(maxBytes: number): LineBuffer {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pieces: Uint8Array[] = [];
  let size = 0;

  function take(number: number): Line {
    const bytes = concat(pieces, size);
    const tooLong = size > maxBytes;
    pieces = [];
    size = 0;
    if (tooLong) return { number, damage: `longer than ${maxBytes} bytes` };
    try {
      return { number, text: decoder.decode(bytes) };
    } catch {
      return { number, damage: 'not UTF-8' };
    }
  }

  return {
    add(bytes) {
      size += bytes.length;
      if (size <= maxBytes) pieces.push(bytes);
      else pieces = [];
    },
    isEmpty: () => size === 0,
    take,
  };
}

function concat(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first) return first;
  const whole = new Uint8Array(pieces.length === 0 ? 0 : size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
