/** What XMP (ISO 16684-1) says of the picture that it lies in. */
import sax, { type QualifiedTag } from 'sax';
import { type Place, toPlace } from '../../../engine/collection/extensions/facts.ts';
import { toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { cameraName, cleanName } from './camera.ts';
import { signedDegrees } from './degrees.ts';

/** A longer packet is not read. */
const MAX_BYTES = 4 * 2 ** 20;
const MAX_TEXT = 100;
/** Packets are not nested nearly as deeply; each level costs time at every lookup of a namespace. */
const MAX_DEPTH = 64;
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const XMP = 'http://ns.adobe.com/xap/1.0/';
const PHOTOSHOP = 'http://ns.adobe.com/photoshop/1.0/';
const EXIF = 'http://ns.adobe.com/exif/1.0/';
const TIFF = 'http://ns.adobe.com/tiff/1.0/';

/** The properties that say when a picture was made, the first of them first. */
const DATES = [`${XMP}CreateDate`, `${PHOTOSHOP}DateCreated`, `${EXIF}DateTimeOriginal`, `${EXIF}DateTimeDigitized`];

/** Texts of the picture's own properties, by namespace and name. */
export type XmpProperties = ReadonlyMap<string, string>;

/**
 * Never throws: XML that is not well-formed says what it says until there.
 * @param bytes of a packet, UTF-8 or UTF-16. Untrusted.
 */
export function readXmp(bytes: Uint8Array): XmpProperties {
  return bytes.length > MAX_BYTES ? new Map() : readProperties(decode(bytes));
}

/**
 * When the picture was made, to the second: by `xmp:CreateDate`, `photoshop:DateCreated`, `exif:DateTimeOriginal`,
 * `exif:DateTimeDigitized`, in this order.
 */
export function xmpDate(properties: XmpProperties): string | undefined {
  for (const name of DATES) {
    const date = readDate(properties.get(name) ?? '');
    if (date !== undefined) return toSecond(date);
  }
  return undefined;
}

/** With what it was taken, by `tiff:Make` and `tiff:Model`. */
export function xmpCamera(properties: XmpProperties): string | undefined {
  const [make = '', model = ''] = ['Make', 'Model'].map((name) => cleanName(properties.get(TIFF + name) ?? ''));
  return cameraName(make, model);
}

/** Where it was taken, by `exif:GPSLatitude` and `exif:GPSLongitude`. */
export function xmpPlace(properties: XmpProperties): Place | undefined {
  const latitude = degrees(properties.get(`${EXIF}GPSLatitude`), 'NS');
  const longitude = degrees(properties.get(`${EXIF}GPSLongitude`), 'EW');
  return latitude === undefined || longitude === undefined ? undefined : toPlace(latitude, longitude);
}

/** `52,31.2028N` or `52,31,12N`: degrees, minutes with a fraction or with seconds. */
function degrees(text = '', directions: 'NS' | 'EW'): number | undefined {
  const [, whole, minutes, seconds = 0, direction = ''] =
    /^\s*(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])\s*$/.exec(text) ?? [];
  return signedDegrees([Number(whole), Number(minutes), Number(seconds)], direction, directions);
}

function decode(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[1] === 0 && bytes[0] !== 0);
  const isBigEndian = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0 && bytes[1] !== 0);
  const encoding = isUtf16 ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes).replaceAll('\0', ' ').trim();
}

/**
 * Texts of the picture's own properties by namespace and name, as attributes or elements of `rdf:Description`. Properties
 * of others (of pictures that it was made from, of the steps that made it) lie deeper.
 */
function readProperties(xml: string): XmpProperties {
  const properties = new Map<string, string>();
  const parser = sax.parser(true, { xmlns: true, position: false });
  /** Names of the elements around the place that is read. */
  const path: string[] = [];
  let text = '';
  const set = (name: string, value: string) => {
    if (!properties.has(name)) properties.set(name, value);
  };
  /** Whether the innermost element describes the picture. */
  const isDescription = () =>
    path.at(-1) === `${RDF}Description` && path.at(-2) === `${RDF}RDF` && path.indexOf(`${RDF}RDF`) === path.length - 2;
  const add = (more: string) => {
    if (text.length < MAX_TEXT) text += more;
  };
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = (tag) => {
    if (path.length === MAX_DEPTH) throw new Error('nested too deeply');
    const { uri, local, attributes } = tag as QualifiedTag; // with `xmlns` names are qualified
    path.push(uri + local);
    text = '';
    if (isDescription()) for (const one of Object.values(attributes)) set(one.uri + one.local, one.value);
  };
  parser.ontext = add;
  parser.oncdata = add;
  parser.onclosetag = () => {
    const name = path.pop() ?? '';
    if (isDescription()) set(name, text);
    text = '';
  };
  try {
    parser.write(xml).close();
  } catch {
    // What was read until there counts.
  }
  return properties;
}
