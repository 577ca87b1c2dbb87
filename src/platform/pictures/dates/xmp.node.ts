/** The date in XMP (ISO 16684-1). */
import sax, { type QualifiedTag } from 'sax';
import { toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';

/** A longer packet is not read. */
const MAX_BYTES = 4 * 2 ** 20;
const MAX_TEXT = 100;
/** Packets are not nested nearly as deeply; each level costs time at every lookup of a namespace. */
const MAX_DEPTH = 64;
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const XMP = 'http://ns.adobe.com/xap/1.0/';
const PHOTOSHOP = 'http://ns.adobe.com/photoshop/1.0/';
const EXIF = 'http://ns.adobe.com/exif/1.0/';

/** The properties that say when a picture was made, the first of them first. */
const PROPERTIES = [
  `${XMP}CreateDate`,
  `${PHOTOSHOP}DateCreated`,
  `${EXIF}DateTimeOriginal`,
  `${EXIF}DateTimeDigitized`,
];

/**
 * When the picture was made, to the second: by `xmp:CreateDate`, `photoshop:DateCreated`, `exif:DateTimeOriginal`,
 * `exif:DateTimeDigitized`, in this order. Never throws: XML that is not well-formed says what it says until there.
 * @param bytes of a packet, UTF-8 or UTF-16. Untrusted.
 */
export function xmpDate(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const properties = readProperties(decode(bytes));
  for (const name of PROPERTIES) {
    const date = readDate(properties.get(name) ?? '');
    if (date !== undefined) return toSecond(date);
  }
  return undefined;
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
function readProperties(xml: string): ReadonlyMap<string, string> {
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
