/** The dates in IPTC-IIM, as such (in TIFF) or inside the image resources of Photoshop (in JPEG). */
import { toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';

const PHOTOSHOP = 'Photoshop 3.0\0';
const RESOURCE = '8BIM';
const IPTC_RESOURCE = 0x0404;

const TAG_MARKER = 0x1c;
/** The record in which an application describes a picture. */
const RECORD = 2;
const DATE_CREATED = 55;
const TIME_CREATED = 60;
const DIGITAL_DATE = 62;
const DIGITAL_TIME = 63;
/** `20111111` and `111111+0000`. */
const MAX_TEXT = 16;

/**
 * When the picture was made (2:55, 2:60), else when it was digitised (2:62, 2:63), to the second. Never throws.
 * @param bytes of IPTC-IIM, or of image resources. Untrusted.
 */
export function iptcDate(bytes: Uint8Array): string | undefined {
  const texts = readRecord(bytes[0] === TAG_MARKER ? bytes : resourceOf(bytes));
  const dated = (day: number, time: number) => {
    const date = /^\d{8}$/.test(texts.get(day) ?? '') ? `${texts.get(day)}` : undefined;
    const clock = texts.get(time) ?? '';
    if (date === undefined) return undefined;
    const iso = readDate(clock === '' ? date : `${date}T${clock}`);
    return iso && toSecond(iso);
  };
  return dated(DATE_CREATED, TIME_CREATED) ?? dated(DIGITAL_DATE, DIGITAL_TIME);
}

/** The bytes of the resource that holds IPTC-IIM; empty where there is none. */
function resourceOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = latin1(bytes, 0, PHOTOSHOP.length) === PHOTOSHOP ? PHOTOSHOP.length : 0;
  while (at + 12 <= bytes.length && latin1(bytes, at, RESOURCE.length) === RESOURCE) {
    const id = view.getUint16(at + 4);
    // The name and its length take an even number of bytes, and so does the content.
    const name = 1 + (bytes[at + 6] ?? 0);
    const content = at + 6 + name + (name % 2);
    if (content + 4 > bytes.length) break;
    const length = view.getUint32(content);
    if (id === IPTC_RESOURCE) return bytes.subarray(content + 4, content + 4 + length);
    at = content + 4 + length + (length % 2);
  }
  return new Uint8Array();
}

/** The short texts of record 2 by number, the first one of each. */
function readRecord(bytes: Uint8Array): ReadonlyMap<number, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = new Map<number, string>();
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === TAG_MARKER) {
    const [record, number] = [bytes[at + 1], bytes[at + 2] ?? 0];
    const length = view.getUint16(at + 3);
    if (length > 0x7fff) break; // an extended length; no text that is read here is that long
    if (record === RECORD && length <= MAX_TEXT && !texts.has(number)) {
      texts.set(
        number,
        latin1(bytes, at + 5, length)
          .replaceAll('\0', '')
          .trim(),
      );
    }
    at += 5 + length;
  }
  return texts;
}

function latin1(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
