import type { FilterField } from '../query.ts';
import { FIELDS, fieldNamed } from './fields.ts';
import { quote } from './quotes.ts';

/** What is being typed and can be completed: `from` … `to − 1` of the text is its beginning. */
export type Completion = { readonly from: number; readonly to: number; readonly prefix: string } & (
  | { readonly kind: 'field' }
  | { readonly kind: 'value'; readonly field: FilterField }
);

/** Of fewer letters nobody can tell that a field is meant: most texts have a word like that. */
const LEAST = 2;
/** What ends at the caret, behind a space or at the start. */
const VALUE = /(?:^|\s)([a-z]+):("([^"]*)|[^\s"]*)$/i;
const NAME = /(?:^|\s)([a-z]+)$/i;

/** What can be completed where the caret is: at the end of a word that begins a field's name or its value. */
export function completionAt(text: string, caret: number): Completion | undefined {
  if (/^\S/.test(text.slice(caret))) return undefined;
  const before = text.slice(0, caret);
  const [, name = '', written = '', quoted] = VALUE.exec(before) ?? [];
  const field = fieldNamed(name);
  if (field) {
    const from = caret - written.length;
    return isOpen(text.slice(0, from))
      ? undefined
      : { kind: 'value', field, from, to: caret, prefix: quoted ?? written };
  }
  const [, word = ''] = NAME.exec(before) ?? [];
  const from = caret - word.length;
  if (word.length < LEAST || isOpen(text.slice(0, from)) || fieldsFrom(word).length === 0) return undefined;
  return { kind: 'field', from, to: caret, prefix: word };
}

/** The fields whose names begin so. */
export function fieldsFrom(prefix: string): readonly FilterField[] {
  return FIELDS.filter((field) => field.startsWith(prefix.toLowerCase()));
}

/** The text with a completion taken, and where the caret goes: behind a space after a value, which is finished. */
export function completed(
  text: string,
  at: Completion,
  chosen: string,
): { readonly text: string; readonly caret: number } {
  const written =
    at.kind === 'field' ? `${chosen}:` : `${/[\s"“”„‟«»「」『』〝〞〟＂]/.test(chosen) ? quote(chosen) : chosen} `;
  const start = text.slice(0, at.from) + written;
  return { text: start + text.slice(at.to).replace(/^ /, ''), caret: start.length };
}

/** Whether a quotation mark is open at the end of a text: what follows belongs to a phrase. */
function isOpen(text: string): boolean {
  return (text.match(/"/g)?.length ?? 0) % 2 === 1;
}
