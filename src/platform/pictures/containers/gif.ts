/** Blocks of a GIF file (GIF89a): untrusted bytes. */

import { asciiOf, concat } from './bytes.ts';

const TRAILER = 0x3b;
const EXTENSION = 0x21;
const FRAME = 0x2c;
/** No more blocks, no more frames. */
const END = Uint8Array.of(0, TRAILER);
const MAX_CODE_BITS = 12;
const GRAPHIC_CONTROL = 0xf9;
/** Names of extensions that say how often an animation is shown. */
const REPEATS = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

export function isGif(bytes: Uint8Array): boolean {
  return /^GIF8[79]a/.test(asciiOf(bytes, 0, 6));
}

/** Of its screen; larger where the first frame does not fit in there, as browsers show it. Undefined where it ends before. */
export function gifSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 10) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frame = findFrame(bytes);
  return {
    width: Math.max(view.getUint16(6, true), frame?.width ?? 0),
    height: Math.max(view.getUint16(8, true), frame?.height ?? 0),
  };
}

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Of its data: the size of the first codes, then the blocks. */
  readonly start: number;
}

/**
 * The first frame alone, with an end behind it: what follows may be cut off. Its last block is as long as what there is
 * of it. Undefined where there is no frame.
 */
export function mendGif(bytes: Uint8Array): Uint8Array | undefined {
  const frame = findFrame(bytes);
  if (!frame) return undefined;
  let at = frame.start + 1;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    const rest = bytes.length - at - 1;
    if (rest < length) return concat([bytes.subarray(0, at), Uint8Array.of(rest), bytes.subarray(at + 1), END]);
    at += 1 + length;
  }
  return concat([bytes.subarray(0, at), END]);
}

/**
 * How many pixels of the first frame its data hold, and how many it should have; undefined where there is no frame, or
 * where what follows it shows that nothing was cut off.
 */
export function firstFrame(bytes: Uint8Array): { readonly held: number; readonly needed: number } | undefined {
  const frame = findFrame(bytes);
  if (!frame) return undefined;
  const next = bytes[blocksEnd(bytes, frame.start + 1)];
  if (next === TRAILER || next === FRAME || next === EXTENSION) return undefined;
  const needed = frame.width * frame.height;
  return { held: countPixels(bytes, frame.start + 1, bytes[frame.start] ?? 0, needed), needed };
}

/** Whether there is any pixel in it: decoders show nothing where there is none, without a word. */
export function hasFrame(bytes: Uint8Array): boolean {
  const frame = findFrame(bytes);
  return frame !== undefined && countPixels(bytes, frame.start + 1, bytes[frame.start] ?? 0, 1) > 0;
}

/** Whether it is an animation that ends early: some of its frames are missing or not whole. */
export function isCutAnimation(bytes: Uint8Array): boolean {
  let [at, frames] = [13 + tableBytes(bytes[10] ?? 0), 0];
  let isAnimation = false;
  for (;;) {
    if (bytes[at] === FRAME) {
      isAnimation ||= frames++ > 0;
      at = blocksEnd(bytes, at + 11 + tableBytes(bytes[at + 9] ?? 0));
    } else if (bytes[at] === EXTENSION) {
      // How the next frame is shown, or how often all of them are.
      const isOfNext = frames > 0 && bytes[at + 1] === GRAPHIC_CONTROL;
      isAnimation ||= isOfNext || REPEATS.has(asciiOf(bytes, at + 3, at + 14));
      at = blocksEnd(bytes, at + 2);
    } else return bytes[at] !== TRAILER && isAnimation;
  }
}

function findFrame(bytes: Uint8Array): Frame | undefined {
  let at = 13 + tableBytes(bytes[10] ?? 0);
  while (bytes[at] === EXTENSION) at = blocksEnd(bytes, at + 2);
  if (bytes[at] !== FRAME || at + 11 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 11);
  const start = at + 10 + tableBytes(bytes[at + 9] ?? 0);
  return { width: view.getUint16(5, true), height: view.getUint16(7, true), start };
}

/** Bytes of a colour table, by the flags that announce it. */
function tableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function blocksEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] as number);
  return at + 1;
}

/** Pixels that LZW codes stand for, without making them: each code's string is one longer than the one it extends. */
function countPixels(bytes: Uint8Array, start: number, minimum: number, needed: number): number {
  if (minimum < 1 || minimum >= MAX_CODE_BITS) return 0;
  const clear = 2 ** minimum;
  const lengths = new Uint32Array(2 ** MAX_CODE_BITS).fill(1, 0, clear);
  let [bits, next, previous, pixels] = [minimum + 1, clear + 2, -1, 0];
  for (const read = codeReader(bytes, start); pixels < needed; ) {
    const code = read(bits);
    if (code === undefined || code === clear + 1 || code > next) break;
    if (code === clear) {
      [bits, next, previous] = [minimum + 1, clear + 2, -1];
      continue;
    }
    if (previous >= 0 && next < lengths.length) lengths[next++] = (lengths[previous] as number) + 1;
    if (next === 2 ** bits && bits < MAX_CODE_BITS) bits++;
    pixels += lengths[code] as number;
    previous = code;
  }
  return pixels;
}

/** Codes of so many bits, lowest bits first, out of blocks of at most 255 bytes; undefined at the end. */
function codeReader(bytes: Uint8Array, start: number): (bits: number) => number | undefined {
  let [at, left, held, count] = [start, 0, 0, 0];
  return (bits) => {
    for (; count < bits; count += 8) {
      if (left === 0) left = bytes[at++] ?? 0;
      if (left === 0 || at >= bytes.length) return undefined;
      held |= (bytes[at++] as number) << count;
      left--;
    }
    const code = held & (2 ** bits - 1);
    held >>>= bits;
    count -= bits;
    return code;
  };
}
