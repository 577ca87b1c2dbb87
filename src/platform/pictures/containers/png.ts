import { type Colour, GAMUTS, isNearlySrgb, PNG_TRANSFERS, powerCurve, SRGB_COLOUR } from '../colour/colour.ts';
import { asciiOf } from './bytes.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What PNG stores gamma and chromaticities in: whole numbers of this part. */
const UNIT = 100_000;

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

export interface PngColour {
  /** What the numbers mean; null where they are sRGB, or where a profile says it. */
  readonly colour: Colour | null;
  /** Whether an embedded profile does not count. */
  readonly ignoreProfile: boolean;
}

/**
 * The colours of a PNG by its chunks, in the order of the PNG specification (third edition, 4.3): cICP, iCCP, sRGB, then
 * gAMA and cHRM. Untrusted bytes.
 */
export function pngColour(bytes: Uint8Array): PngColour {
  const chunks = colourChunks(bytes);
  const cicp = chunks.get('cICP');
  if (cicp && cicp.byteLength >= 4) {
    const gamut = GAMUTS.get(cicp.getUint8(0));
    const transfer = PNG_TRANSFERS.get(cicp.getUint8(1));
    if (gamut && transfer) return { colour: unlessSrgb({ gamut, transfer }), ignoreProfile: true };
  }
  const srgb = { colour: null, ignoreProfile: false };
  if (chunks.has('iCCP') || chunks.has('sRGB')) return srgb;
  return { ...srgb, colour: unlessSrgb(byNumbers(chunks.get('gAMA'), chunks.get('cHRM'))) };
}

function unlessSrgb(colour: Colour): Colour | null {
  return isNearlySrgb(colour) ? null : colour;
}

/** Of gamma and chromaticities. These count together with a gamma only, and what cannot be counts for nothing. */
function byNumbers(gama: DataView | undefined, chrm: DataView | undefined): Colour {
  const gamma = gama && gama.byteLength >= 4 ? gama.getUint32(0) / UNIT : 0;
  if (gamma < 0.05 || gamma > 20) return SRGB_COLOUR;
  const transfer = powerCurve(1 / gamma);
  if (!chrm || chrm.byteLength < 32) return { ...SRGB_COLOUR, transfer };
  const places = Array.from({ length: 8 }, (_, i) => chrm.getUint32(4 * i) / UNIT);
  const [wx = 0, wy = 0, rx = 0, ry = 0, gx = 0, gy = 0, bx = 0, by = 0] = places;
  const area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry);
  const isValid = Math.abs(area) > 0.01 && places.every((place) => place <= 1) && wy > 0 && ry > 0 && gy > 0 && by > 0;
  if (!isValid) return { ...SRGB_COLOUR, transfer };
  return { transfer, gamut: { white: [wx, wy], red: [rx, ry], green: [gx, gy], blue: [bx, by] } };
}

export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 24) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + 16, 8);
  return { width: view.getUint32(0), height: view.getUint32(4) };
}

const NAMES = new Set(['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM']);

/** Chunks about colour; all of them stand before the first IDAT. */
function colourChunks(bytes: Uint8Array): Map<string, DataView> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, DataView>();
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = asciiOf(bytes, at + 4, at + 8);
    if (name === 'IDAT' || at + 12 + length > bytes.length) break;
    if (NAMES.has(name) && !chunks.has(name)) {
      chunks.set(name, new DataView(bytes.buffer, bytes.byteOffset + at + 8, length));
    }
    at += 12 + length;
  }
  return chunks;
}
