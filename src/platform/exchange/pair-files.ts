/** Which table belongs to which array: by their names, never by their order. */

/** Two files that are one: an array and the table of its rows. */
export interface Pair {
  readonly array: string;
  readonly table: string;
}

/** @param problem what does not pair, in words, without a full stop. */
export type Pairing = { readonly pairs: readonly Pair[] } | { readonly problem: string };

/** ` (1)`, ` - Copy (2)` and ` copy 2`, as browsers and systems call what is there already. */
const COPY = /(?:\s*\(\d+\)|\s*-\s*copy(?:\s*\(\d+\))?|\scopy(?:\s\d+)?)$/i;
/** clip-retrieval's `img_emb_0` and `metadata_0`, whatever follows; `part-00000-0c1e….c000` of Spark, `part.0` of Dask. */
const PART = /^(?:img_emb|metadata|part)[-_.]?(\d+)/i;
/** `img_emb_0`, `00000`, `train-00000-of-00004`, and with the hash that is behind it on the Hugging Face Hub. */
const NUMBER = /(\d+)(?:-of-\d+(?:-[0-9a-f]{8,})?)?$/i;

/** The name without folder, extension and what marks a copy. */
function stemOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  return name.replace(/\.[^.]*$/, '').replace(COPY, '');
}

/** The number of a file in a series, without leading zeros; undefined: it has none. */
export function numberOf(path: string): string | undefined {
  const stem = stemOf(path);
  return withoutZeros((PART.exec(stem) ?? NUMBER.exec(stem))?.[1]);
}

function withoutZeros(digits: string | undefined): string | undefined {
  return digits?.replace(/^0+(?=\d)/, '');
}

/**
 * The numbers of files of one series: where names differ in one number alone, these (`0_vit-b-32`, `1_vit-b-32`), else that
 * of each.
 */
function numbersOf(paths: readonly string[]): ReadonlyMap<string, string | undefined> {
  const stems = paths.map(stemOf);
  const digits = stems.map((stem) => stem.match(/\d+/g) ?? []);
  const isSeries = new Set(stems.map((stem) => stem.replace(/\d+/g, '#'))).size === 1;
  const places = (digits[0] ?? []).keys();
  const differing = isSeries ? [...places].filter((i) => new Set(digits.map((one) => one[i])).size > 1) : [];
  const [place] = differing;
  if (differing.length !== 1 || place === undefined) return new Map(paths.map((path) => [path, numberOf(path)]));
  return new Map(paths.map((path, i) => [path, withoutZeros(digits[i]?.[place])]));
}

/**
 * True where the only table that there is can be that of all arrays: its name does not say that it is of another array, or
 * of one of several.
 */
export function isForAll(table: string, arrays: readonly string[]): boolean {
  const number = numberOf(table);
  if (number === undefined) return true;
  const isPart = PART.test(stemOf(table));
  if (arrays.length > 1) return !isPart && !arrays.some((array) => numberOf(array) === number);
  return !isPart || arrays.every((array) => !PART.test(stemOf(array)) || numberOf(array) === number);
}

/**
 * Arrays in their order, each with its table. Where all have equal names but for the extension, by these; else by the
 * numbers in their names.
 */
export function pairFiles(arrays: readonly string[], tables: readonly string[]): Pairing {
  const byName = pairBy(stemOf, arrays, tables);
  return byName ?? pairByNumber(arrays, tables);
}

function pairBy(keyOf: (path: string) => string, arrays: readonly string[], tables: readonly string[]) {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]));
  const pairs = arrays.flatMap((array) => {
    const table = byKey.get(keyOf(array));
    return table === undefined ? [] : [{ array, table }];
  });
  const isWhole = pairs.length === arrays.length && byKey.size === tables.length;
  return isWhole && new Set(pairs.map(({ table }) => table)).size === tables.length ? { pairs } : undefined;
}

function pairByNumber(arrays: readonly string[], tables: readonly string[]): Pairing {
  const numbers = new Map([...numbersOf(arrays), ...numbersOf(tables)]);
  const without = [...arrays, ...tables].filter((path) => numbers.get(path) === undefined);
  if (without.length > 0) return { problem: `${named(without)} has no number by which arrays and tables are paired` };
  const numbered = (path: string) => numbers.get(path) as string; // none is without
  for (const paths of [arrays, tables]) {
    const twins = twinsAmong(paths, numbered);
    if (twins) return { problem: `${twins[0]} and ${twins[1]} have the same number` };
  }
  const pairing = pairBy(numbered, arrays, tables);
  if (pairing) return pairing;
  const alone = [
    ...lonely(arrays, tables, numbered).map((path) => `${nameOf(path)} has no table`),
    ...lonely(tables, arrays, numbered).map((path) => `${nameOf(path)} has no array`),
  ];
  return { problem: alone.length > 4 ? `${alone.slice(0, 4).join(', ')} and so on` : alone.join(', ') };
}

function lonely(paths: readonly string[], others: readonly string[], keyOf: (path: string) => string): string[] {
  const keys = new Set(others.map(keyOf));
  return paths.filter((path) => !keys.has(keyOf(path)));
}

/** Names of the first two files that are the same one, downloaded twice. */
export function copiesAmong(paths: readonly string[]): readonly [string, string] | undefined {
  return twinsAmong(paths, stemOf);
}

function twinsAmong(paths: readonly string[], keyOf: (path: string) => string): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const twin = seen.get(keyOf(path));
    if (twin !== undefined) return [nameOf(twin), nameOf(path)];
    seen.set(keyOf(path), path);
  }
  return undefined;
}

function named(paths: readonly string[]): string {
  return nameOf(paths[0] ?? '');
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
