import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTable } from '../testing-tables.node.ts';

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const utf16 = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const NAMES = ['0.jpg', '1.jpg', '2.jpg'];
const TITLES = ['caption 0', 'caption 1', 'caption 2'];
const rowsOf = (delimiter: string, end = '\n') =>
  NAMES.map((name, i) => `${name}${delimiter}${TITLES[i]}${end}`).join('');

describe('tables with columns between', () => {
  test.each([
    ['commas', 'a.csv', `url,caption\n${rowsOf(',')}`],
    ['semicolons', 'a.csv', `url;caption\n${rowsOf(';')}`],
    ['tabs in a .csv', 'a.csv', `url\tcaption\n${rowsOf('\t')}`],
    ['bars', 'a.csv', `url|caption\n${rowsOf('|')}`],
    ['commas in a .tsv', 'a.tsv', `url,caption\n${rowsOf(',')}`],
    ['semicolons, said as Excel says it', 'a.csv', `sep=;\nurl;caption\n${rowsOf(';')}`],
    ['commas, and names in capitals with spaces', 'a.csv', ` Image Path , Alt Text \n${rowsOf(',')}`],
    ['carriage returns and line feeds', 'a.csv', `url,caption\r\n${rowsOf(',', '\r\n')}`],
    ['carriage returns alone', 'a.csv', `url,caption\r${rowsOf(',', '\r')}`],
    ['blank lines below', 'a.csv', `url,caption\n${rowsOf(',')}\n  \n\n`],
    ['no last line end', 'a.csv', `url,caption\n${rowsOf(',').trimEnd()}`],
    ['an empty column behind', 'a.csv', `url,caption,\n${rowsOf(',', ',\n')}`],
    ['empty fields behind', 'a.csv', `url,caption\n${rowsOf(',', ',,\n')}`],
    ['a byte order mark', 'a.csv', `\ufeffurl,caption\n${rowsOf(',')}`],
    ['UTF-16', 'a.csv', utf16(`\ufeffurl,caption\n${rowsOf(',')}`)],
    ['UTF-16, the other way', 'a.csv', utf16(`\ufeffurl,caption\n${rowsOf(',')}`, true)],
    ['UTF-16 without a mark', 'a.tsv', utf16(`url\tcaption\n${rowsOf('\t')}`)],
    ['names in quotation marks', 'a.tsv', `"url"\t"caption"\n${rowsOf('\t')}`],
  ] as const)('%s', async (_what, name, content) => {
    expect(await readTable(name, content)).toMatchObject({ names: NAMES, titles: TITLES });
  });

  test('a delimiter that the extension does not stand for is noted', async () => {
    const { report } = await readTable('a.csv', `url;caption;score\n${rowsOf(';', ';1\n')}`);
    expect(report).toMatchObject({ used: ['url', 'caption'], unknown: ['score'] });
    expect(report.notes).toEqual(['table has semicolons between its columns']);
  });

  test('of columns with the same name the first is read', async () => {
    const { names } = await readTable('a.csv', 'url,x,url\na,b,c\n');
    expect(names).toEqual(['a']);
  });

  test.each([
    [
      'a field too many',
      'a.csv',
      'url,caption\na,b\nc,d,e\n',
      /line 3 has 3 fields, but there are 2 columns; put.*commas or line ends in quotation/,
    ],
    [
      'a field too few',
      'a.tsv',
      'url\tcaption\na\tb\nc\n',
      /line 3 has 1 fields, but there are 2 columns; write tabs and line ends/,
    ],
    ['something else', 'a.csv', 'PK\u0003\u0004\0\0\xff\xfe\0', /it is not text/],
  ])('%s is refused with its line', async (_what, name, content, message) => {
    const bytes = content.startsWith('PK') ? latin1(content) : content;
    await expect(readTable(name, bytes)).rejects.toMatchObject({
      ...{ code: 'metadata-invalid', message: expect.stringMatching(message) },
    });
  });
});

describe('quotation marks', () => {
  test.each([
    ['the 6" "nail" 0'],
    ['"hello" said the man 0'],
    ['"hello'],
    ['hello"'],
    ['"'],
    ['""'],
    ['"all of it"'],
    ['a ""doubled"" mark'],
  ])('are text in a .tsv: %s', async (title) => {
    const { titles } = await readTable('a.tsv', `caption\turl\n${title}\ta\nplain\tb\n`);
    expect(titles).toEqual([title, 'plain']);
  });

  test.each([
    ['"doubled ""marks"", and\na line"', 'doubled "marks", and\na line'],
    ['the 6" nail', 'the 6" nail'],
    ['six inches: 6"', 'six inches: 6"'],
    ['"he said "hi" there"', 'he said "hi" there'],
    ['"a" and "b"', '"a" and "b"'],
    ['"a" and b', '"a" and b'],
    ['"a" and "b", c', 'a" and "b", c'],
    ['"""quoted"" first"', '"quoted" first'],
    ['""', undefined],
  ])('in a .csv: %s', async (field, title) => {
    const read = readTable('a.csv', `caption,url\n${field},a\nplain,b\n`);
    if (field.endsWith(', c')) {
      await expect(read).rejects.toMatchObject({ message: expect.stringMatching(/line 2 has 3 fields/) });
    } else {
      expect((await read).titles).toEqual([title, 'plain']);
    }
  });

  test.each([
    ['the last row', 'caption,url\nplain,a\nplain,b\n"open,c\n', /in line 4 a field begins .* not closed; double/],
    ['a row, and another one', 'caption,url\nplain,a\n"6 nails,b\nplain,c\n"7 nails,d\n', /in line 3 a field begins/],
  ])('that are never closed are refused: in %s', async (_what, content, message) => {
    await expect(readTable('a.csv', content)).rejects.toMatchObject({
      ...{ code: 'metadata-invalid', message: expect.stringMatching(message) },
    });
  });
});

describe('any text', () => {
  const text = fc
    .oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'a', 'é') }),
    )
    .filter((one) => one.trim() !== '' && !/[\0\ufeff]/.test(one));
  const rows = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 });

  test('in quotation marks in a .csv is read as it was written, whatever the delimiter', async () => {
    const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        async (table, delimiter, end) => {
          const lines = [['url', 'note'], ...table].map((fields) => fields.map(quoted).join(delimiter));
          expect((await readTable('a.csv', lines.join(end))).names).toEqual(table.map(([name]) => name));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('without tabs and line ends in a .tsv is read as it was written', async () => {
    const flat = (field: string) => field.replace(/[\t\r\n]/g, 'x');
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const lines = table.map((fields) => fields.map(flat).join('\t'));
        const { names } = await readTable('a.tsv', `url\tnote\n${lines.join('\n')}\n`);
        expect(names).toEqual(table.map(([name]) => flat(name)));
      }),
      { numRuns: 150 },
    );
  });
});

describe('encodings', () => {
  test.each([
    ['Latin-1', 'url,caption\na,caf\xe9\n', 'café', 'is not UTF-8 (line 2) and was read as Windows-1252'],
    [
      'Windows-1252',
      'url,caption\na,\x93caf\xe9\x94 \x80\n',
      '“café” €',
      'is not UTF-8 (line 2) and was read as Windows-1252',
    ],
  ])('%s is read, and noted', async (_what, content, title, note) => {
    const { titles, report } = await readTable('a.csv', latin1(content), 1);
    expect(titles).toEqual([title]);
    expect(report.notes).toEqual([`table ${note}`]);
  });

  test('UTF-8 with a damaged place stays UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('url\nè\né\n'), latin1('\xff\n')]);
    const { names, report } = await readTable('a.csv', bytes);
    expect(names).toEqual(['è', 'é', '�']);
    expect(report.notes).toEqual(['table is not UTF-8 in 1 places, the first in line 4; they are shown as �']);
  });

  test('text in UTF-8, UTF-16 and, where it can be said there, Windows-1252 is read as it was written', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\r\n\0\ufeff]/.test(text) && text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 5 }), fc.boolean(), async (names, isWide) => {
        const text = `${names.join('\n')}\n`;
        const read = await readTable('a.txt', isWide ? utf16(`\ufeff${text}`) : text);
        expect(read.names).toEqual(names);
        expect(read.report.notes).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a name a line', () => {
  test.each([
    ['line feeds', 'a\nb\nc\n'],
    ['carriage returns', 'a\rb\rc\r'],
    ['both', 'a\r\nb\r\nc'],
    ['a byte order mark', '\ufeffa\nb\nc'],
  ])('%s', async (_what, content) => {
    expect((await readTable('a.txt', content)).names).toEqual(['a', 'b', 'c']);
  });

  test('a blank line is a row without a name', async () => {
    const { names, report } = await readTable('a.txt', 'a\n\nc\n');
    expect(names).toEqual(['a', undefined, 'c']);
    expect(report.unnamed).toBe(1);
  });

  test('chunks of a file may end anywhere', async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `${i} ${'é'.repeat(i % 7)}`);
    for (const end of ['\n', '\r\n', '\r']) {
      expect((await readTable('a.txt', names.join(end))).names).toEqual(names);
    }
  });

  test('a line without an end is refused before all of it is in memory', async () => {
    await expect(readTable('a.txt', 'a'.repeat((1 << 24) + (1 << 18)))).rejects.toMatchObject({
      ...{ code: 'metadata-invalid', message: expect.stringMatching(/line 1 begins a record of more than/) },
    });
  });
});
