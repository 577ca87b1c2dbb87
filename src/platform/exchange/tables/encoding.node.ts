/**
 * Finding out how text is encoded: by its byte order mark, else by its bytes. Languages are not guessed by their letters:
 * which names come out would depend on how many there are.
 */

export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface FoundEncoding {
  readonly encoding: TextEncodingName;
  /** Places that are not valid in UTF-8, where the text was taken for UTF-8 or Windows-1252. */
  readonly odd: number;
  /** The line of the first of them, counted from 1; 0: there are none. */
  readonly firstOdd: number;
  /** True for what is no text in any of these encodings. */
  readonly binary: boolean;
}

/** Bytes at the beginning that are looked at for UTF-16 without a mark. */
const BEGINNING = 1024;

/** The bytes of a file in order, as often as they are asked for. */
type Chunks = () => AsyncIterable<Uint8Array>;

/**
 * Text is UTF-8 unless more of its places beyond ASCII are invalid there than valid; then it is Windows-1252, of which
 * Latin-1 is a part. All of the file is read for that, and once more where it is not UTF-8 throughout.
 */
export async function findEncoding(chunks: Chunks): Promise<FoundEncoding> {
  const wide = utf16Of(await beginningOf(chunks()));
  if (wide) return { encoding: wide, odd: 0, firstOdd: 0, binary: false };
  if (await isUtf8(chunks())) return { encoding: 'utf-8', odd: 0, firstOdd: 0, binary: false };
  const check = createUtf8Check();
  for await (const bytes of chunks()) check.add(bytes);
  const { valid, odd, firstOdd, zeros } = check.end();
  return { encoding: odd > valid ? 'windows-1252' : 'utf-8', odd, firstOdd, binary: zeros > 0 };
}

async function beginningOf(chunks: AsyncIterable<Uint8Array>): Promise<number[]> {
  const beginning: number[] = [];
  for await (const bytes of chunks) {
    beginning.push(...bytes.subarray(0, BEGINNING - beginning.length));
    if (beginning.length === BEGINNING) break;
  }
  return beginning;
}

async function isUtf8(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of chunks) decoder.decode(bytes, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function utf16Of(beginning: readonly number[]): TextEncodingName | undefined {
  const [first, second] = beginning;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (const [i, byte] of beginning.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1;
  const most = 0.4 * Math.floor(beginning.length / 2);
  const [even = 0, odd = 0] = zeros;
  if (even === 0 && odd > most) return 'utf-16le';
  return odd === 0 && even > most ? 'utf-16be' : undefined;
}

/** Counts valid and invalid sequences beyond ASCII (Unicode 16, table 3-7). */
function createUtf8Check() {
  const counts = { valid: 0, odd: 0, firstOdd: 0, zeros: 0 };
  let line = 1;
  let last = 0;
  /** Bytes that the sequence still needs, and between what the next one has to lie. */
  let needed = 0;
  let [low, high] = [0x80, 0xbf];
  const invalid = () => {
    counts.odd++;
    counts.firstOdd ||= line;
    needed = 0;
  };
  const begin = (byte: number) => {
    if (byte < 0xc2 || byte > 0xf4) return invalid();
    needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  };
  return {
    add(bytes: Uint8Array): void {
      for (const byte of bytes) {
        if (needed > 0 && byte >= low && byte <= high) {
          [low, high] = [0x80, 0xbf];
          if (--needed === 0) counts.valid++;
          continue;
        }
        if (needed > 0) invalid();
        if (byte >= 0x80) begin(byte);
        else if (byte === 0) counts.zeros++;
        else if (byte === 0x0d || (byte === 0x0a && last !== 0x0d)) line++;
        last = byte;
      }
    },
    end() {
      if (needed > 0) invalid();
      return counts;
    },
  };
}

/** Windows-1252 where it is not Latin-1: 0x80 to 0x9f, as the WHATWG has it. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** A decoder of chunks, in order; an empty call ends it. Marks at the beginning are dropped. */
export function createTextDecoder(encoding: TextEncodingName): (bytes?: Uint8Array) => string {
  if (encoding === 'windows-1252') return (bytes = new Uint8Array()) => fromWindows(bytes);
  const decoder = new TextDecoder(encoding);
  return (bytes) => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode());
}

/** Not by `TextDecoder`, which takes Windows-1252 for Latin-1 in some versions of Node (nodejs/node#56542). */
function fromWindows(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\u0080-\u009f]/g, (char) => WINDOWS[char.charCodeAt(0) - 0x80] ?? char);
}
