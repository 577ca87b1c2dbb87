/** How a table of fields is written, from its first lines. */
import { columnNamed } from '../../../indexing/vectors/given-picture.ts';
import { lineEndOf, MAX_RECORD } from './text.node.ts';

const NAMES: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

export interface Dialect {
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r';
  /** False: quotation marks are text. */
  readonly quotes: boolean;
  /** Lines above the one with the names of columns. */
  readonly above: number;
}

/** For people. */
export function nameOf(delimiter: string): string {
  return NAMES[delimiter] ?? `“${delimiter}”`;
}

/**
 * The dialect that the first lines of `text` speak, and all of the text again.
 * @param usual the delimiter that is taken where the lines do not say another one.
 */
export async function lookAhead(text: AsyncGenerator<string, void>, usual: ',' | '\t', tooLong: () => Error) {
  let beginning = '';
  while (!/[^\r\n][\r\n]+[^\r\n]+[\r\n]/.test(beginning)) {
    const step = await text.next();
    if (step.done) break;
    beginning += step.value;
    if (beginning.length > MAX_RECORD) throw tooLong();
  }
  const chunks = (async function* () {
    try {
      yield beginning;
      yield* text;
    } finally {
      await text.return();
    }
  })();
  return { dialect: dialectOf(beginning, usual), chunks };
}

function dialectOf(beginning: string, usual: ',' | '\t'): Dialect {
  const lines = beginning.split(/\r\n|\r|\n/);
  const first = lines.findIndex((line) => line.trim() !== '');
  const said = /^"?sep=([,;\t|:])"?$/i.exec(lines[first] ?? '')?.[1];
  const above = said === undefined ? 0 : first + 1;
  const header = lines[said === undefined ? first : above] ?? '';
  const delimiter = said ?? delimiterOf(header, usual);
  const areQuoted = header.split(delimiter).every((name) => /^".*"$/.test(name.trim()));
  return { delimiter, lineEnd: lineEndOf(beginning) ?? '\n', quotes: usual === ',' || areQuoted, above };
}

/** With which most columns are known; where none is, with which there are most. */
function delimiterOf(header: string, usual: string): string {
  const all = [usual, ...Object.keys(NAMES).filter((one) => one !== usual)];
  const namesWith = (delimiter: string) => header.split(delimiter).map(plainName);
  const known = largest(all, (one) => namesWith(one).filter((name) => columnNamed(name) !== undefined).length);
  return known ?? largest(all, (one) => namesWith(one).length - 1) ?? usual;
}

/** Of equals the first; undefined where nothing is above 0. */
function largest<T>(values: readonly T[], size: (value: T) => number): T | undefined {
  let best: T | undefined;
  let most = 0;
  for (const value of values) {
    const own = size(value);
    if (own <= most) continue;
    [best, most] = [value, own];
  }
  return best;
}

/** Without blanks around it, and the quotation marks in which all of it stands. */
export function plainName(name: string): string {
  return name.trim().replace(/^"(.*)"$/, '$1');
}
