/**
 * The size of an SVG drawing, as browsers find it (CSS Images 3, "object-fit" and default sizes). librsvg takes another
 * one for drawings without a size, and renders those in large units into more memory than there is. Untrusted text.
 */
import { asciiOf } from '../bytes.ts';

export interface SvgSize {
  readonly width: number;
  readonly height: number;
}

export interface SizedSvg extends SvgSize {
  /** The same drawing in UTF-8, its size that of the raster. */
  readonly bytes: Uint8Array;
}

/** What browsers give a drawing without a size or a shape, in CSS pixels. */
const DEFAULT: SvgSize = { width: 300, height: 150 };
/** The start of the drawing must be found in so many characters. */
const MAX_PROLOG = 1_000_000;

/** Whether it begins as XML does, in UTF-8 or UTF-16. */
export function isXml(bytes: Uint8Array): boolean {
  const start = [...bytes.subarray(0, 1000)].find((byte) => !IGNORED.has(byte));
  return start === 0x3c;
}

/** Space, bytes of byte order marks, and the other half of letters in UTF-16. */
const IGNORED = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x00]);

/**
 * The drawing with a longest side of `size` pixels, and its own size in CSS pixels; undefined for what is no SVG.
 * A drawing with a viewBox and no size has that of its viewBox, but no larger than `size`.
 */
export function sizeSvg(bytes: Uint8Array, size: number): SizedSvg | undefined {
  const text = decodeText(bytes);
  const root = text === undefined ? undefined : findRoot(text);
  if (text === undefined || root === undefined) return undefined;
  const attributes = readAttributes(text.slice(root.start + root.name.length + 1, root.end));
  const box = viewBoxOf(attributes.get('viewBox'));
  const own = finiteOr(DEFAULT, sizeOf(attributes, box, size));
  const scale = size / Math.max(own.width, own.height);
  const width = wholePixels(own.width * scale);
  const height = wholePixels(own.height * scale);
  const others = [...attributes].filter(([name]) => !SIZE_ATTRIBUTES.has(name));
  const style = attributes.get('style');
  const members: [string, string][] = [
    ...others,
    ...(style === undefined ? [] : [['style', withoutSize(style)] as [string, string]]),
    ['width', String(width)],
    ['height', String(height)],
    ['viewBox', box ? box.text : `0 0 ${own.width} ${own.height}`],
  ];
  const tag = `<${root.name} ${members.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')}`;
  const drawing = root.doctype + tag + text.slice(root.end);
  return { width: wholePixels(own.width), height: wholePixels(own.height), bytes: new TextEncoder().encode(drawing) };
}

/** Where sides of impossible drawings are more than a number can be, or nothing. */
function finiteOr(otherwise: SvgSize, size: SvgSize): SvgSize {
  const isPossible = [size.width, size.height].every((side) => side > 1e-6 && side < 1e300);
  return isPossible ? size : otherwise;
}

/** A side of a drawing that claims more is said to have so many. */
const MAX_SIDE = 1e9;

function wholePixels(value: number): number {
  return Math.min(MAX_SIDE, Math.max(1, Math.round(value)));
}

const SIZE_ATTRIBUTES = new Set(['width', 'height', 'viewBox', 'style']);

/** By its byte order mark, its declaration, or UTF-8. */
function decodeText(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  const declared = /^<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']/.exec(asciiOf(bytes, 0, 300))?.[1];
  const isLittle = (a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && d === 0);
  const isBig = (a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0);
  try {
    return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : (declared ?? 'utf-8')).decode(bytes);
  } catch {
    return undefined; // an encoding that is not known here
  }
}

interface Root {
  /** The document type, which may name what the drawing uses. */
  readonly doctype: string;
  readonly name: string;
  /** Of its first tag: "<", and the ">" or "/>" that ends it. */
  readonly start: number;
  readonly end: number;
}

/** What it is by its first element: a drawing, or a web page or other XML; undefined where it has none. */
export function xmlKind(bytes: Uint8Array): 'svg' | 'other' | undefined {
  const text = isXml(bytes) ? decodeText(bytes) : undefined;
  const first = text === undefined ? undefined : findFirst(text);
  if (text === undefined || first === undefined) return undefined;
  const name = /^<([\w.:-]{1,200})(?=[\s/>])/.exec(text.slice(first.start, first.start + 210))?.[1] ?? 'svg';
  return /^<!doctype\s+html\b/i.test(first.doctype) || !/(?:^|:)svg$/.test(name) ? 'other' : 'svg';
}

/** The first element, if it is an `svg`. */
function findRoot(text: string): Root | undefined {
  const first = findFirst(text);
  return first && rootAt(text, first.start, first.doctype);
}

/** Where the first element is. Declarations and comments before it are passed over. */
function findFirst(text: string): Pick<Root, 'doctype' | 'start'> | undefined {
  let doctype = '';
  for (let at = 0; at < Math.min(text.length, MAX_PROLOG); ) {
    const rest = text.startsWith('<', at) ? text.slice(at, at + 9) : '';
    let end: number;
    if (rest.startsWith('<?')) end = after(text, '?>', at);
    else if (rest.startsWith('<!--')) end = after(text, '-->', at);
    else if (/^<!doctype/i.test(rest)) {
      end = doctypeEnd(text, at);
      doctype = text.slice(at, end);
    } else if (rest !== '') return { start: at, doctype };
    else {
      if (!/[\s\uFEFF]/.test(text[at] as string)) return undefined;
      end = at + 1;
    }
    if (end <= at) return undefined;
    at = end;
  }
  return undefined;
}

function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? -1 : at + what.length;
}

/** Behind a document type with or without declarations in brackets; quotes hide what ends it. */
function doctypeEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < Math.min(text.length, from + MAX_PROLOG); at++) {
    const char = text[at];
    if (char === '"' || char === "'") {
      at = text.indexOf(char, at + 1);
      if (at < 0) return -1;
    } else if (char === '[') depth++;
    else if (char === ']') depth--;
    else if (char === '>' && depth <= 0) return at + 1;
  }
  return -1;
}

function rootAt(text: string, start: number, doctype: string): Root | undefined {
  const name = /^<((?:[\w.-]{1,100}:)?svg)(?=[\s/>])/.exec(text.slice(start, start + 110))?.[1];
  if (name === undefined) return undefined;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === "'") {
      at = text.indexOf(char, at + 1);
      if (at < 0) return undefined;
    } else if (char === '>') return { doctype, name, start, end: text[at - 1] === '/' ? at - 1 : at };
  }
  return undefined;
}

const ATTRIBUTE = /([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function readAttributes(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (!found.has(name)) found.set(name, double ?? single ?? '');
  }
  return found;
}

/** As it stood, entities included. */
function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

interface ViewBox extends SvgSize {
  readonly text: string;
}

function viewBoxOf(value: string | undefined): ViewBox | undefined {
  const numbers = (value ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [, , width = 0, height = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite) || !(width > 0) || !(height > 0)) return undefined;
  return { width, height, text: numbers.join(' ') };
}

/** A style counts before an attribute. What is a share of the page, or `auto`, is as if it were not there. */
function sizeOf(attributes: ReadonlyMap<string, string>, box: ViewBox | undefined, most: number): SvgSize {
  const style = attributes.get('style') ?? '';
  const width = pixelsOf(styleValue(style, 'width') ?? attributes.get('width'));
  const height = pixelsOf(styleValue(style, 'height') ?? attributes.get('height'));
  if (width !== undefined && height !== undefined) return { width, height };
  if (!box) return { width: width ?? DEFAULT.width, height: height ?? DEFAULT.height };
  if (width !== undefined) return { width, height: (width * box.height) / box.width };
  if (height !== undefined) return { width: (height * box.width) / box.height, height };
  const scale = Math.min(1, most / Math.max(box.width, box.height));
  return { width: box.width * scale, height: box.height * scale };
}

function styleValue(style: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;!]+)`, 'i').exec(style)?.[1];
}

function withoutSize(style: string): string {
  return style.replace(/(^|;)\s*(?:width|height)\s*:[^;]*/gi, '$1');
}

/** CSS pixels of a unit. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  q: 96 / 101.6,
  in: 96,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
};

function pixelsOf(value: string | undefined): number | undefined {
  const [, number, unit = ''] = /^\s*\+?(\d*\.?\d+(?:e[+-]?\d+)?|\d+\.)\s*([a-z]*)\s*$/i.exec(value ?? '') ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return undefined;
  const pixels = Number(number) * factor;
  return pixels > 0 && Number.isFinite(pixels) ? pixels : undefined;
}
