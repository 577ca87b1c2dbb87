/** The name of a camera, of what files say of its maker and model. Untrusted text. */
import { MAX_CAMERA_LENGTH } from '../../../engine/collection/extensions/facts.ts';

/** Longer values are no names. */
const MAX_BYTES = 500;
/** What makers put behind their names: `NIKON CORPORATION`, `CASIO COMPUTER CO.,LTD.`. */
const COMPANY =
  /[\s,.]+(?:corporation|corp|company|co|ltd|limited|inc|ag|gmbh|imaging|optical|camera|computer|electronics)[.,\s]*$/i;

/** A text of metadata up to its first zero: on one line, without what cannot be seen or turns the direction of text. */
export function readName(bytes: Uint8Array | undefined): string {
  if (!bytes || bytes.length > MAX_BYTES) return '';
  const end = bytes.indexOf(0);
  return cleanName(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)));
}

export function cleanName(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}\s\uFFFD]+/gu, ' ').trim();
  return line
    .slice(0, MAX_CAMERA_LENGTH)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
}

/** Maker and model; the maker once, and without what kind of company it is. Undefined where neither is said. */
export function cameraName(make: string, model: string): string | undefined {
  const [first = ''] = wordsOf(model);
  const saysMaker = wordsOf(make).includes(first);
  return cleanName(saysMaker ? model : `${withoutCompany(make)} ${model}`) || undefined;
}

function withoutCompany(make: string): string {
  let name = make;
  while (COMPANY.test(name)) name = name.replace(COMPANY, '');
  return name || make;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,.-]+/)
    .filter((word) => word !== '');
}
