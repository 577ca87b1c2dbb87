/** Tables of fields between commas, semicolons or tabs, whose first line names the columns. */
import { Readable } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import type { MetadataRecord } from '../../../indexing/vectors/given-picture.ts';
import { type Dialect, lookAhead, nameOf, plainName } from './dialect.node.ts';
import { invalid } from './invalid.node.ts';
import { MAX_RECORD, readText, tooLong } from './text.node.ts';

interface Listener {
  note(text: string): void;
  declare(column: string): void;
}

/**
 * Records of a table. Its delimiter is the one with which the first line names most known columns. In `.tsv`, quotation marks are text, as in web captions, unless the names of the columns stand in them.
 * @param usual the delimiter that the file's extension stands for.
 * @throws AfterimageError `metadata-invalid`, with the line, for a row with more or fewer fields than columns and for
 *   quotation marks that are not closed.
 */
export async function* readDelimited(
  path: string,
  usual: ',' | '\t',
  listener: Listener,
): AsyncGenerator<MetadataRecord, void> {
  const { dialect, chunks } = await lookAhead(
    readText(path, (text) => listener.note(text)),
    usual,
    () => tooLong(path, 1),
  );
  if (dialect.delimiter !== usual) listener.note(`has ${nameOf(dialect.delimiter)} between its columns`);
  const rows = createRows(path, dialect, listener);
  // Its types leave out that `raw` puts fields and text into one object.
  const on_record = rows.toRecord as unknown as NonNullable<Options['on_record']>;
  const parser = parse({ ...optionsOf(dialect), on_record });
  const source = Readable.from(chunks);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    yield* parser as AsyncIterable<MetadataRecord>;
  } catch (error) {
    throw error instanceof CsvError ? rows.explain(error) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function optionsOf({ delimiter, lineEnd, quotes, above }: Dialect): Options {
  return {
    delimiter,
    record_delimiter: lineEnd === '\n' ? ['\r\n', '\n'] : ['\r'],
    quote: quotes ? '"' : null,
    relax_quotes: true,
    relax_column_count: true,
    from_line: above + 1,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
    raw: true,
  };
}

/** With the text that they were in. */
interface Fields {
  readonly record: readonly string[];
  readonly raw: string;
}

/** Rows of fields as records; the first one has the names. */
function createRows(path: string, { delimiter, quotes }: Dialect, listener: Listener) {
  let names: readonly string[] | undefined;
  /** Of columns with the same name the first. */
  let columns: readonly (readonly [string, number])[] = [];
  let line = 0;
  const advice = quotes
    ? `put fields that contain ${nameOf(delimiter)} or line ends in quotation marks`
    : `write ${nameOf(delimiter)} and line ends inside of fields as spaces`;
  const begin = (fields: readonly string[]) => {
    names = fields.map(plainName);
    const places = new Map<string, number>();
    for (const [i, name] of names.entries()) if (name !== '' && !places.has(name)) places.set(name, i);
    for (const name of places.keys()) listener.declare(name);
    columns = [...places];
  };
  return {
    /** @param lines the line in which they end, counted from 1. @returns null where they are no row */
    toRecord({ record: fields, raw }: Fields, { lines }: { readonly lines: number }): MetadataRecord | null {
      const first = line + 1;
      line = lines;
      if (!names) {
        begin(fields);
        return null;
      }
      if (isBlank(fields) && fields.length < names.length) return null;
      if (fields.length < names.length || !isBlank(fields.slice(names.length))) {
        throw invalid(
          path,
          `line ${lines} has ${fields.length} fields, but there are ${names.length} columns; ${advice}`,
        );
      }
      const record: Record<string, string> = {};
      for (const [name, i] of columns) {
        const field = fields[i] ?? '';
        record[name] = quotes && field.startsWith('"') ? unquoted(field, raw, first) : field;
      }
      return record;
    },
    explain(error: CsvError): Error {
      if (error.code === 'CSV_MAX_RECORD_SIZE') return tooLong(path, line + 1);
      if (error.code === 'CSV_QUOTE_NOT_CLOSED') return unclosed(line + 1);
      return invalid(path, error.message, error);
    },
  };

  /**
   * A field that begins with a quotation mark: as it is meant, or with marks inside that are not doubled. Of these, it is a
   * field in quotation marks if the first one inside opens something.
   */
  function unquoted(field: string, raw: string, first: number): string {
    if (raw.includes('"""')) return field;
    if (/[\r\n]/.test(field)) throw unclosed(first);
    return /^"[^"]*\s".*"$/.test(field) ? field.slice(1, -1) : field;
  }

  function unclosed(first: number): Error {
    const remedy = 'double the marks inside a field, or save the table as .tsv, where they are text';
    return invalid(path, `in line ${first} a field begins with a quotation mark that is not closed; ${remedy}`);
  }
}

function isBlank(fields: readonly string[]): boolean {
  return fields.every((field) => field.trim() === '');
}
