/** Quotation marks of a phrase: what closes each that opens one. Single ones are apostrophes. */
const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"',
  '＂': '＂',
  '“': '”“',
  '”': '”',
  '„': '“”',
  '‟': '”',
  '«': '»',
  '»': '«»',
  '「': '」',
  '『': '』',
  '〝': '〞〟',
};

/** They open wherever they stand: their languages write no spaces. Others open only where a word begins: `5" nail`. */
export const OPEN_ANYWHERE = '「『〝';

/** Every quotation mark that opens or closes. */
export const QUOTES = '"＂“”„‟«»「」『』〝〞〟';

/** What stands in quotation marks, and where it ends. */
export interface Quoted {
  readonly text: string;
  /** Behind the mark that closes. */
  readonly to: number;
}

/**
 * What the quotation mark at `from` encloses; undefined where there is none, or nothing closes it. In straight ones, two of
 * them stand for one: `"a ""b"" c"`.
 */
export function readQuoted(text: string, from: number): Quoted | undefined {
  const closers = Object.hasOwn(CLOSERS, text[from] ?? '') ? (CLOSERS[text[from] as string] as string) : '';
  let inner = '';
  for (let at = from + 1; closers && at < text.length; at++) {
    const letter = text[at] as string;
    if (!closers.includes(letter)) inner += letter;
    else if (letter === '"' && text[at + 1] === '"' && at + 1 < text.length) inner += text[++at];
    else return { text: inner, to: at + 1 };
  }
  return undefined;
}

/** `text` in straight quotation marks, as `readQuoted` reads it. */
export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
