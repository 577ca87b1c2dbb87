/** Finds what documents are checked for. A scanner of lines, for the Markdown that is written here: headings begin with #. */

export interface CodeText {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** What stands after the fence, "" for nothing; undefined for code within a line. */
  readonly language?: string;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Document {
  /** What `#…` may name in it. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly Link[];
  readonly code: readonly CodeText[];
}

const FENCE = /^[\s>]*(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;
const SPAN = /(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)/gs;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/gm;
const LINKS = [
  /\]\(\s*<?([^\s<>)]+)>?(?:\s+["'(][^)]*)?\)/g,
  /^ {0,3}\[[^\]\n]+\]:\s*<?([^\s<>]+)/gm,
  /<(?:a|img|source)\b[^>]*?\s(?:href|src|srcset)="([^"]+)"/g,
];

export function readMarkdown(source: string): Document {
  const { prose: withComments, blocks } = takeFences(source);
  const prose = withComments.replace(/<!--.*?-->/gs, blank);
  const spans = [...prose.matchAll(SPAN)].map((match) => ({
    text: (match[2] ?? '').trim(),
    line: lineAt(prose, match),
  }));
  const withoutCode = prose.replace(SPAN, blank);
  const links = LINKS.flatMap((pattern) =>
    [...withoutCode.matchAll(pattern)].map((match) => ({ target: match[1] ?? '', line: lineAt(prose, match) })),
  );
  const ids = [...withoutCode.matchAll(/<\w[^>]*?\s(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id);
  const headings = [...prose.matchAll(HEADING)].map(([, heading = '']) => heading);
  return { anchors: new Set([...slugs(headings), ...ids]), links, code: [...blocks, ...spans] };
}

/** Code blocks, and the text with empty lines in their place. */
function takeFences(source: string): { prose: string; blocks: CodeText[] } {
  const blocks: CodeText[] = [];
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  const prose = source.split(/\r?\n/).map((text, i) => {
    const [, fence, language = ''] = FENCE.exec(text) ?? [];
    if (open === undefined) {
      if (fence === undefined) return text;
      open = { fence, language, line: i + 2, lines: [] };
    } else if (fence?.startsWith(open.fence) && language === '') {
      blocks.push({ text: open.lines.join('\n'), line: open.line, language: open.language });
      open = undefined;
    } else {
      open.lines.push(text);
    }
    return '';
  });
  // One that nobody closed goes on to the end.
  if (open !== undefined) blocks.push({ text: open.lines.join('\n'), line: open.line, language: open.language });
  return { prose: prose.join('\n'), blocks };
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ');

const lineAt = (text: string, { index }: RegExpExecArray) => text.slice(0, index).split('\n').length;

/** The anchors that GitHub gives to headings: what is in two of them gets a number. */
export function slugs(headings: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return headings.map((heading) => {
    const slug = plainText(heading)
      .toLowerCase()
      .replace(/[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** A heading without links, tags and marks of emphasis. Those that are no letters go with the slug's other signs. */
function plainText(heading: string): string {
  const parts = heading.split(SPAN);
  // Of each span `split` gives its backticks and its text.
  return parts.map((part, i) => (i % 3 === 0 ? withoutMarks(part) : i % 3 === 2 ? part : '')).join('');
}

function withoutMarks(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?\w[^>]*>/g, '')
    .replace(/(?<!\w)(_{1,2})(\S.*?)\1(?!\w)/g, '$2');
}
