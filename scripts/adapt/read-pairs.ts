/** Tables of pictures and words for them. */
import { stat } from 'node:fs/promises';
import { cleanWords } from '../../src/engine/query/clean-words.ts';
import { readDelimited } from '../../src/platform/exchange/tables/delimited.node.ts';
import { usage } from '../cli/cli.ts';

/** A line of the table. */
export interface WrittenPair {
  /** Name of the picture in the collection, or its id. */
  readonly picture: string;
  /** As a query has them. */
  readonly words: string;
}

const WORDS = ['caption', 'label'];

/**
 * The pairs of a table with a column `picture` and a column `caption` or `label`. Lines without words are passed over; what stands
 * there twice is taken once.
 * @param path `.tsv`: between tabs; any other: between commas, semicolons or tabs
 * @throws AfterimageError `usage`, `metadata-invalid`
 */
export async function readPairs(path: string): Promise<WrittenPair[]> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw usage(`--pairs takes a table, and there is none at ${path}`);
  const columns: string[] = [];
  const listener = { note() {}, declare: (column: string) => void columns.push(column) };
  const pairs = new Map<string, WrittenPair>();
  let from: string | undefined;
  for await (const record of readDelimited(path, path.endsWith('.tsv') ? '\t' : ',', listener)) {
    from ??= wordsColumn(columns, path);
    const picture = String(record.picture ?? '').trim();
    const words = cleanWords(String(record[from] ?? ''));
    if (picture !== '' && words !== '') pairs.set(JSON.stringify([picture, words]), { picture, words });
  }
  from ??= wordsColumn(columns, path);
  return [...pairs.values()];
}

function wordsColumn(columns: readonly string[], path: string): string {
  const found = WORDS.find((name) => columns.includes(name));
  if (found !== undefined && columns.includes('picture')) return found;
  const missing = columns.includes('picture') ? WORDS.join(' or ') : 'picture';
  const there = columns.length === 0 ? 'it is empty' : `it has ${columns.slice(0, 10).join(', ')}`;
  throw usage(`The first line of ${path} must name a column ${missing}; ${there}`);
}
