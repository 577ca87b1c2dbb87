import type { ItemStore } from '../../collection/items/items.ts';
import type { Item } from '../../collection/types.ts';
import { type Bitset, createBitset, setBit } from '../../index/bitset.ts';
import type { Query } from '../../query/query.ts';

/** Which pictures have a word in their title or file name. */
export interface NameIndex {
  /**
   * The rows whose names have what a query looks for: all words of one of its texts at least, and of no text that it pushes
   * away. Undefined: none.
   */
  find(query: Query): Bitset | undefined;
  /** How many of a query's texts the name of a row has: at most `find`'s rows are asked for. */
  matches(query: Query, row: number): number;
}

/** Records that are read at a time. */
const BATCH = 1000;
/** Words that say nothing of what is in a picture: no name has to have them. English, as the texts that models read. */
const SAYS_NOTHING = new Set(
  'a an and as at by for from his her in into is it its my near next of on or our over some the their this to two under up with your image images photo photograph picture pic'.split(
    ' ',
  ),
);
/** Of these scripts words are written without spaces between them. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Reads every record once. @throws what `items.get` throws */
export async function createNameIndex(items: Pick<ItemStore, 'count' | 'get'>): Promise<NameIndex> {
  const rowsOf = new Map<string, number[]>();
  const { count } = items;
  for (let first = 0; first < count; first += BATCH) {
    const length = Math.min(BATCH, count - first);
    const records = await Promise.all(Array.from({ length }, (_, i) => items.get(first + i)));
    records.forEach((item, i) => {
      for (const word of new Set(wordsOfItem(item))) {
        const known = rowsOf.get(word);
        if (known) known.push(first + i);
        else rowsOf.set(word, [first + i]);
      }
    });
  }

  /** Of a word; of one without spaces around it, wherever it is part of a longer stretch. */
  function rowsWith(word: string): ReadonlySet<number> {
    if (!UNSPACED.test(word)) return new Set(rowsOf.get(word));
    const found = [...rowsOf].flatMap(([known, rows]) => (known.includes(word) ? rows : []));
    return new Set(found);
  }

  function rowsWithAll(text: string): ReadonlySet<number> {
    const [first, ...more] = telling(wordsOf(text)).map(rowsWith);
    return new Set([...(first ?? [])].filter((row) => more.every((rows) => rows.has(row))));
  }

  /** The last query's, as rows are asked for one after the other. */
  let last: { readonly query: Query; readonly wanted: ReadonlySet<number>[] } | undefined;
  function wantedOf(query: Query): readonly ReadonlySet<number>[] {
    if (last?.query !== query) {
      const texts = query.terms.flatMap((term) => (term.kind === 'words' ? [term] : []));
      const unwanted = texts.filter(({ weight }) => weight < 0).map(({ text }) => rowsWithAll(text));
      const wanted = texts.filter(({ weight }) => weight > 0).map(({ text }) => rowsWithAll(text));
      const allowed = (row: number) => !unwanted.some((rows) => rows.has(row));
      last = { query, wanted: wanted.map((rows) => new Set([...rows].filter(allowed))) };
    }
    return last.wanted;
  }

  return {
    find(query) {
      const wanted = wantedOf(query).filter(({ size }) => size > 0);
      if (wanted.length === 0) return undefined;
      const bits = createBitset(count);
      for (const rows of wanted) for (const row of rows) setBit(bits, row);
      return bits;
    },
    matches: (query, row) => wantedOf(query).filter((rows) => rows.has(row)).length,
  };
}

function wordsOfItem({ name, title }: Item): string[] {
  const file = name.slice(name.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return wordsOf(`${title ?? ''} ${file}`);
}

/** Words as they are compared: `BeachDay_02` has “beach”, “day” and “02”; one and many of a thing are the same. */
function wordsOf(text: string): string[] {
  const apart = text
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .normalize('NFKC')
    .toLowerCase();
  return (apart.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).map(singular);
}

/** English and Romance plurals, roughly: what it does to a word it does to both sides. */
function singular(word: string): string {
  return word.length > 3 && !word.endsWith('ss') ? word.replace(/(?<=s|x|z|ch|sh)es$|s$/, '') : word;
}

/** Without the words that say nothing, unless there are no others. */
function telling(words: readonly string[]): readonly string[] {
  const left = words.filter((word) => !SAYS_NOTHING.has(word));
  return left.length > 0 ? left : words;
}
