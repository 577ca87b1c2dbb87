/**
 * Colour profiles that are a matrix and curves (ICC.1:2022, 8.3): what cameras and phones write, Display P3 among them. Untrusted
 * bytes; nothing throws.
 */
import { asciiOf } from '../containers/bytes.ts';
import { type Colour, powerCurve, type Transfer } from './colour.ts';

const HEADER_BYTES = 128;
const TAG_BYTES = 12;
const MAX_TAGS = 200;
const MAX_CURVE = 4096;
/** Of the space in which profiles meet. */
const D50 = [0.3457, 0.3585] as const;
/** Places in a table that is made of a curve of another form. */
const STEPS = 1024;

/** What it means; undefined for profiles of another kind (tables), and for what is none. */
export function iccColour(profile: Uint8Array): Colour | undefined {
  if (asciiOf(profile, 36, 40) !== 'acsp' || asciiOf(profile, 16, 20) !== 'RGB ') return undefined;
  const tags = tagsOf(profile);
  // Where both are there, tables count.
  if (tags.has('A2B0') || asciiOf(profile, 20, 24) !== 'XYZ ') return undefined;
  const [red, green, blue] = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => chromaticity(tags.get(tag)));
  // Those of the other two are the same in all profiles that are met.
  const transfer = curveOf(tags.get('gTRC'));
  return red && green && blue && transfer && { gamut: { white: D50, red, green, blue }, transfer };
}

function tagsOf(profile: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const tags = new Map<string, Uint8Array>();
  if (profile.length < HEADER_BYTES + 4) return tags;
  const view = viewOf(profile);
  const count = Math.min(view.getUint32(HEADER_BYTES), MAX_TAGS);
  for (let i = 0, at = HEADER_BYTES + 4; i < count && at + TAG_BYTES <= profile.length; i++, at += TAG_BYTES) {
    const [start, length] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    tags.set(asciiOf(profile, at, at + 4), profile.subarray(start, start + length));
  }
  return tags;
}

function chromaticity(tag: Uint8Array | undefined): readonly [x: number, y: number] | undefined {
  if (!tag || tag.length < 20 || asciiOf(tag, 0, 4) !== 'XYZ ') return undefined;
  const view = viewOf(tag);
  const [x, y, z] = [8, 12, 16].map((at) => view.getInt32(at) / 65536) as [number, number, number];
  const sum = x + y + z;
  return y > 0 && sum > 0 ? [x / sum, y / sum] : undefined;
}

function curveOf(tag: Uint8Array | undefined): Transfer | undefined {
  if (!tag || tag.length < 12) return undefined;
  const type = asciiOf(tag, 0, 4);
  return type === 'curv' ? tableCurve(tag) : type === 'para' ? parametricCurve(tag) : undefined;
}

function tableCurve(tag: Uint8Array): Transfer | undefined {
  const view = viewOf(tag);
  const count = view.getUint32(8);
  if (count > MAX_CURVE || tag.length < 12 + 2 * count) return undefined;
  if (count === 0) return powerCurve(1);
  if (count === 1) return powerCurve(view.getUint16(12) / 256);
  return { kind: 'table', light: Float32Array.from({ length: count }, (_, i) => view.getUint16(12 + 2 * i) / 65535) };
}

/** How many numbers a parametric curve has, by its kind (10.18). */
const PARAMETERS = [1, 3, 4, 5, 7];

function parametricCurve(tag: Uint8Array): Transfer | undefined {
  const view = viewOf(tag);
  const kind = view.getUint16(8);
  const count = PARAMETERS[kind];
  if (count === undefined || tag.length < 12 + 4 * count) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d, e = 0, f = 0] = Array.from(
    { length: count },
    (_, i) => view.getInt32(12 + 4 * i) / 65536,
  );
  if (kind === 0) return powerCurve(g);
  // Kinds 1 and 2 turn where the power begins; kind 2 lies higher by its fourth number.
  const turn = d ?? -b / a;
  const [low, high, slope] = kind < 3 ? [kind === 2 ? c : 0, kind === 2 ? c : 0, 0] : [f, e, c];
  const light = Float32Array.from({ length: STEPS }, (_, i) => {
    const value = i / (STEPS - 1);
    return value >= turn ? Math.max(0, a * value + b) ** g + high : slope * value + low;
  });
  return light.every(Number.isFinite) ? { kind: 'table', light } : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
