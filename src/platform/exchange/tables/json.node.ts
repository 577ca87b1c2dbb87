/** Tables of JSON: an object a line, or one list of objects. */
import type { MetadataRecord } from '../../../indexing/vectors/given-picture.ts';
import { invalid } from './invalid.node.ts';
import { linesOf, MAX_RECORD, readText, tooLong } from './text.node.ts';

/**
 * Records of JSON Lines or of a list, whichever the file is. NaN and Infinity, which are not JSON but written by Python,
 * are taken for no value.
 * @throws AfterimageError `metadata-invalid`, with the line, for what is not JSON or no object.
 */
export async function* readJson(path: string, note: (text: string) => void): AsyncGenerator<MetadataRecord, void> {
  const { isList, chunks } = await lookAhead(readText(path, note));
  if (isList) yield* readList(chunks, path);
  else yield* readLines(chunks, path);
}

async function* readLines(chunks: AsyncIterable<string>, path: string): AsyncGenerator<MetadataRecord, void> {
  for await (const { line, number } of linesOf(chunks, path)) {
    if (line.trim() !== '') yield parseRecord(line, path, `line ${number}`);
  }
}

async function* readList(chunks: AsyncIterable<string>, path: string): AsyncGenerator<MetadataRecord, void> {
  let record = 0;
  for await (const { text, line } of elementsOf(chunks, path)) {
    yield parseRecord(text, path, `record ${++record} (line ${line})`);
  }
}

/** The first character that is not blank says which of the two it is. */
async function lookAhead(text: AsyncGenerator<string, void>) {
  const first: string[] = [];
  let start: string | undefined;
  while (start === undefined) {
    const step = await text.next();
    if (step.done) break;
    const from = step.value.trimStart();
    if (from === '' && first.length > 0) continue;
    first.push(step.value);
    start = from[0];
  }
  const chunks = (async function* () {
    try {
      yield* first;
      yield* text;
    } finally {
      await text.return();
    }
  })();
  return { isList: start === '[', chunks };
}

function parseRecord(text: string, path: string, where: string): MetadataRecord {
  const value = parse(text) ?? parse(withoutNaN(text));
  if (value === undefined) {
    throw invalid(path, `${where} is not JSON; write one object a line, or a list of objects`);
  }
  if (typeof value.json === 'object' && value.json !== null && !Array.isArray(value.json)) {
    return value.json as MetadataRecord;
  }
  throw invalid(path, `${where} is not an object`);
}

function parse(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Where a text or a number that is none may begin. */
const MARK = /["NI-]/g;
const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity'];

/** With null in place of NaN, Infinity and -Infinity, wherever they are not inside a text. */
function withoutNaN(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = nextMark(text, 0); at < text.length; ) {
    const word = NO_NUMBERS.find((one) => text.startsWith(one, at));
    if (word !== undefined) {
      parts.push(text.slice(from, at), 'null');
      from = at + word.length;
    }
    at = nextMark(text, text[at] === '"' ? endOfText(text, at) : at + (word?.length ?? 1));
  }
  return parts.join('') + text.slice(from);
}

function nextMark(text: string, from: number): number {
  MARK.lastIndex = from;
  return MARK.exec(text)?.index ?? text.length;
}

/** Behind the quotation mark that closes the one at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

interface Element {
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/**
 * The elements of a list, cut at commas outside of texts, lists and objects. Not by a streaming parser, which would stop at
 * NaN.
 */
async function* elementsOf(chunks: AsyncIterable<string>, path: string): AsyncGenerator<Element, void> {
  const cutter = createCutter(path);
  for await (const chunk of chunks) yield* cutter.add(chunk);
  cutter.end();
}

function createCutter(path: string) {
  let place: 'before' | 'first' | 'inside' | 'behind' = 'before';
  let held = '';
  let line = 1;
  /** Line of the element's first character. */
  let begun = 0;
  let depth = 0;
  let inText = false;
  let escaped = false;
  const finish = (text: string): Element => {
    const element = { text, line: begun || line };
    begun = 0;
    return element;
  };
  /** True where the element ends with this character. */
  const step = (char: string): boolean => {
    if (char === '\n') line++;
    if (inText) {
      if (escaped) escaped = false;
      else if (char === '\\') escaped = true;
      else if (char === '"') inText = false;
      return false;
    }
    if (depth === 0 && (char === ',' || char === ']')) return true;
    if (char === '"') inText = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth = Math.max(0, depth - 1);
    if (begun === 0 && !isBlank(char)) begun = line;
    return false;
  };
  const outside = (char: string): void => {
    if (char === '\n') line++;
    if (isBlank(char)) return;
    if (place === 'behind') throw invalid(path, `there is more behind the list's end in line ${line}`);
    place = 'first';
  };
  return {
    *add(chunk: string): Generator<Element, void> {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const char = chunk[at] as string;
        if (place === 'before' || place === 'behind') {
          outside(char);
          from = at + 1;
          continue;
        }
        if (!step(char)) continue;
        const text = held + chunk.slice(from, at);
        held = '';
        from = at + 1;
        const isEmptyList = place === 'first' && char === ']' && text.trim() === '';
        place = char === ']' ? 'behind' : 'inside';
        if (!isEmptyList) yield finish(text);
      }
      held += chunk.slice(from);
      if (held.length > MAX_RECORD) throw tooLong(path, begun || line);
    },
    end(): void {
      if (place !== 'behind') throw invalid(path, `the list that it is has no end (line ${begun || line})`);
    },
  };
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t' || char === '\ufeff';
}
