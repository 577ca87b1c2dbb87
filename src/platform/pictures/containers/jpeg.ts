/** Segments of a JPEG file (ITU-T T.81, annex B): untrusted bytes. */

import { concat } from './bytes.ts';

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === START && bytes[2] === 0xff;
}

export interface MendedJpeg {
  readonly bytes: Uint8Array;
  /** Whether the end marker was there. */
  readonly hasEnd: boolean;
}

/**
 * The segments up to the end marker, or all there are with an end marker behind them; without what lies between them and
 * without zeros behind a scan. Nothing is done to the data of a scan: if it is too short, it stays so.
 */
export function mendJpeg(bytes: Uint8Array): MendedJpeg {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  const done = (hasEnd: boolean) => ({ bytes: concat([...kept, Uint8Array.of(0xff, END)]), hasEnd });
  for (let at = 2; ; ) {
    const start = nextMarker(bytes, at);
    const marker = bytes[start + 1];
    if (marker === undefined) return done(false);
    if (marker === END) return done(true);
    const end = segmentEnd(bytes, start);
    if (end > bytes.length) return done(false);
    kept.push(bytes.subarray(start, end));
    at = end;
    if (marker !== SCAN) continue;
    at = scanEnd(bytes, end);
    kept.push(withoutPadding(bytes.subarray(end, at)));
  }
}

const PROGRESSIVE = 0xc2;
const COEFFICIENTS = 64;

/** Whether the scans of a progressive JPEG do not bring all coefficients to their full precision. */
export function lacksScans(bytes: Uint8Array): boolean {
  const coarse = new Set<number>();
  let isProgressive = false;
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, segmentEnd(bytes, at))) {
    const [marker, components = 0] = [bytes[at + 1], bytes[at + 4]];
    if (marker === PROGRESSIVE) {
      isProgressive = true;
      for (let i = 0; i < (bytes[at + 9] ?? 0); i++) {
        for (let k = 0; k < COEFFICIENTS; k++) coarse.add(COEFFICIENTS * (bytes[at + 10 + 3 * i] ?? 0) + k);
      }
    } else if (marker === SCAN && isProgressive) {
      const [from = 0, to = 0, precision = 0] = bytes.subarray(at + 5 + 2 * components, at + 8 + 2 * components);
      if ((precision & 15) > 0) continue;
      for (let i = 0; i < components; i++) {
        for (let k = from; k <= to; k++) coarse.delete(COEFFICIENTS * (bytes[at + 5 + 2 * i] ?? 0) + k);
      }
    }
  }
  return coarse.size > 0;
}

/** Whether its first scan has no data but zeros: decoders make it grey. */
export function hasEmptyScan(bytes: Uint8Array): boolean {
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, segmentEnd(bytes, at))) {
    if (bytes[at + 1] === END) return false;
    if (bytes[at + 1] !== SCAN) continue;
    const start = segmentEnd(bytes, at);
    return withoutPadding(bytes.subarray(start, scanEnd(bytes, start))).length === 0;
  }
  return false;
}

/** The same with bytes behind its last scan: if that is whole they change nothing, else they become pixels. */
export function withFilling({ bytes, hasEnd }: MendedJpeg): Uint8Array {
  if (hasEnd) return bytes;
  const filling = Uint8Array.from({ length: 256 }, (_, i) => (i * 89 + 37) % 255);
  return concat([bytes.subarray(0, -2), filling, bytes.subarray(-2)]);
}

/** Kinds of coding by their start-of-frame markers: those that libjpeg-turbo may have been built without. */
const PROCESSES: Readonly<Record<number, string>> = {
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'hierarchical',
  203: 'lossless, arithmetic',
  205: 'hierarchical',
  206: 'hierarchical',
  207: 'hierarchical',
};

/** Why a JPEG that was refused may have been refused; undefined where nothing about it is unusual. */
export function jpegObstacle(bytes: Uint8Array): string | undefined {
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, segmentEnd(bytes, at))) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === SCAN || marker === END) return undefined;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!isFrame) continue;
    const process = PROCESSES[marker];
    if (process !== undefined) return `It is a JPEG of a kind that is not read (${process}).`;
    const bits = bytes[at + 4];
    return bits === 12 || bits === 16 ? `It is a JPEG with ${bits}-bit samples, which are not read.` : undefined;
  }
  return undefined;
}

/** Of its first frame, before it is turned; undefined where none is found. */
export function jpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, segmentEnd(bytes, at))) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === SCAN || marker === END) return undefined;
    if (marker < 0xc0 || marker > 0xcf || [0xc4, 0xc8, 0xcc].includes(marker) || at + 9 > bytes.length) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 9);
    return { width: view.getUint16(7), height: view.getUint16(5) };
  }
  return undefined;
}

/** Where the next marker is: 0xff before what is neither filling nor a stuffed zero. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0xff && next !== 0) return at;
  }
  return bytes.length;
}

/** Some markers stand alone; behind others is the length of what follows. */
function segmentEnd(bytes: Uint8Array, start: number): number {
  const marker = bytes[start + 1] ?? 0;
  if (isRestart(marker) || marker === 0x01 || marker === START) return start + 2;
  return start + 2 + Math.max(2, ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0));
}

function scanEnd(bytes: Uint8Array, from: number): number {
  let at = nextMarker(bytes, from);
  while (isRestart(bytes[at + 1] ?? 0)) at = nextMarker(bytes, at + 2);
  return at;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** A scan ends with ones, so zeros behind it were not part of it, but for the one that belongs to a last 0xff. */
function withoutPadding(scan: Uint8Array): Uint8Array {
  let end = scan.length;
  while (end > 0 && scan[end - 1] === 0) end--;
  return scan.subarray(0, end > 0 && scan[end - 1] === 0xff ? Math.min(end + 1, scan.length) : end);
}

/** Of what libjpeg warns of, that which costs pixels. */
export const JPEG_DAMAGE =
  /premature end|bad huffman code|arithmetic code|extraneous bytes|instead of rst|inconsistent progression/i;
