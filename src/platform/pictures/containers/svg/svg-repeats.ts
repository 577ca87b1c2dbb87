/**
 * How often a drawing repeats its own parts. A few lines of SVG can ask for millions of elements: `use` of groups that are
 * made of `use`, masks and patterns that are filled with each other. A page that draws such a thing stands still. Untrusted
 * text.
 */

interface Element {
  readonly children: number[];
  /** Ids that it is drawn with. */
  readonly references: readonly string[];
}

/** Calls within each other: what is nested deeper is counted as endless. No drawing that people make is nearly as deep. */
const MAX_DEPTH = 1500;

/** How many elements are drawn beside those that stand in the text, as far as its attributes say. Infinity where that is too deep. */
export function repeatedElements(svg: string): number {
  const { elements, roots, byId } = elementsOf(svg);
  const counts = new Map<number, number>();
  const open = new Set<number>();
  const countOf = (index: number, depth: number): number => {
    const known = counts.get(index);
    if (known !== undefined) return known;
    const element = elements[index];
    if (!element || open.has(index)) return 0; // browsers draw nothing that contains itself
    if (depth > MAX_DEPTH) return Number.POSITIVE_INFINITY;
    open.add(index);
    let count = 1;
    for (const child of element.children) count += countOf(child, depth + 1);
    for (const id of element.references) count += countOf(byId.get(id) ?? -1, depth + 1);
    open.delete(index);
    counts.set(index, count);
    return count;
  };
  return roots.reduce((sum, root) => sum + countOf(root, 0), 0) - elements.length;
}

/** Elements in their order, by their start tags. */
function elementsOf(svg: string) {
  const elements: Element[] = [];
  const roots: number[] = [];
  const byId = new Map<string, number>();
  const open: number[] = [];
  for (const tag of tagsOf(svg)) {
    if (tag.startsWith('</')) {
      open.pop();
      continue;
    }
    const index = elements.length;
    const { id, references } = attributesOf(tag);
    elements.push({ children: [], references });
    if (id !== undefined && !byId.has(id)) byId.set(id, index);
    const parent = open.at(-1);
    (parent === undefined ? roots : (elements[parent] as Element).children).push(index); // open ones are among them
    if (!tag.endsWith('/>')) open.push(index);
  }
  return { elements, roots, byId };
}

/** What is passed over, by how it begins and ends. */
const PASSED: readonly (readonly [begin: string, end: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];

/** In one pass, whatever is in there. Where something has no end, nothing follows. */
function* tagsOf(svg: string): Generator<string> {
  for (let at = svg.indexOf('<'); at >= 0; ) {
    const passed = PASSED.find(([begin]) => svg.startsWith(begin, at));
    const end = passed ? after(svg, passed[1], at) : tagEnd(svg, at);
    if (end < 0) return;
    if (!passed && svg[at + 1] !== '!') yield svg.slice(at, end);
    at = svg.indexOf('<', end);
  }
}

function after(svg: string, what: string, from: number): number {
  const at = svg.indexOf(what, from);
  return at < 0 ? -1 : at + what.length;
}

/** Behind the `>`. Quotes hide it. */
function tagEnd(svg: string, from: number): number {
  for (let at = from; at < svg.length; at++) {
    const char = svg[at];
    if (char === '>') return at + 1;
    if (char !== '"' && char !== "'") continue;
    at = svg.indexOf(char, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

const LINKS = new Set(['href', 'xlink:href']);

function attributesOf(tag: string): { readonly id: string | undefined; readonly references: readonly string[] } {
  let id: string | undefined;
  const references: string[] = [];
  for (const [name, value] of valuesOf(tag)) {
    if (name === 'id') id = value;
    else if (LINKS.has(name) && value.trim().startsWith('#')) references.push(value.trim().slice(1));
    else for (const [, used = ''] of value.matchAll(/url\(\s*["']?#([^"')]*)/g)) references.push(used.trim());
  }
  return { id, references };
}

/** Names and values, in one pass. */
function* valuesOf(tag: string): Generator<readonly [name: string, value: string]> {
  for (let at = 0; ; ) {
    const quote = nextQuote(tag, at);
    const end = quote < 0 ? -1 : tag.indexOf(tag[quote] as string, quote + 1);
    if (end < 0) return;
    const before = tag.slice(at, quote).trimEnd();
    const name = before.endsWith('=') ? (before.slice(0, -1).trimEnd().split(/\s/).at(-1) ?? '') : '';
    yield [name, tag.slice(quote + 1, end)];
    at = end + 1;
  }
}

function nextQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '"' || text[at] === "'") return at;
  return -1;
}
