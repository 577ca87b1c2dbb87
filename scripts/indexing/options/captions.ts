import type { Caption } from '../../../src/indexing/request.ts';
import { usage } from '../../cli/cli.ts';

/** UTF-16 units that a title or a licence may have, as collections count them. */
const MAX_TEXT = 10_000;

/**
 * Titles and licences by file name, as JSON: `{"dogs/rex.jpg": {"title": "Rex", "licence": "CC0"}}`, both optional.
 * They are shown and never searched.
 * @throws AfterimageError `usage` for anything else.
 */
export function readCaptions(text: string, path: string): Map<string, Caption> {
  const refuse = (what: string) => usage(`${path} is no file of captions: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  if (!isObject(value)) throw refuse('it is not an object of file names');
  const captions = new Map<string, Caption>();
  for (const [name, caption] of Object.entries(value)) {
    const { title = null, licence = null } = isObject(caption) ? caption : { title: 0 };
    if (!(isText(title) && isText(licence))) throw refuse(`${JSON.stringify(name)} has no title or licence as text`);
    const longest = Math.max(title?.length ?? 0, licence?.length ?? 0);
    if (longest > MAX_TEXT) {
      throw refuse(`what ${JSON.stringify(name)} says has ${longest} characters, and at most ${MAX_TEXT} are taken`);
    }
    captions.set(name, { title, licence });
  }
  return captions;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
