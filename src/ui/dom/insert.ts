import { insert as solidInsert } from 'solid-js/web';

/**
 * Of elements for texts alone: inline, and matched by no selector for `span`. Not a custom element. In a flex container it is
 * an item of its own, so there a text is written as one.
 */
const TEXT = 'x-text';

/**
 * How compiled JSX puts what changes into the document, in the place of Solid's own (vite-solid.ts).
 *
 * Solid remembers text nodes. Browsers that translate a page, and extensions that mark words, replace them: Solid then
 * changes nodes that nobody sees any more, or fails on nodes that are not where they were (solidjs/solid#1451). Here no
 * text node is remembered: a text that has siblings is in an element of its own, and one that is alone in its element
 * replaces all that is in it.
 */
export function insert(parent: ParentNode & Node, value: unknown, marker?: Node | null, initial?: unknown): unknown {
  const put = (what: unknown) => solidInsert(parent, what as never, lasting(marker), initial as never);
  if (typeof value !== 'function') return put(Array.isArray(value) ? owned(value) : value);
  const read = value as () => unknown;
  return put(marker === undefined ? createMended(parent, read) : createOwned(read));
}

/** A marker that is a text may be replaced as well. */
function lasting(marker: Node | null | undefined): Node | null | undefined {
  if (marker?.nodeType !== Node.TEXT_NODE) return marker;
  const comment = document.createComment('');
  marker.parentNode?.insertBefore(comment, marker);
  return comment;
}

/** `read`, with texts in an element. Functions stay functions, so that Solid reads each in an effect of its own. */
function createOwned(read: () => unknown): () => unknown {
  let element: HTMLElement | undefined;
  return () => {
    const value = read();
    if (!isText(value)) return owned(value);
    element ??= document.createElement(TEXT);
    const text = String(value);
    if (!isOnly(element, text)) element.textContent = text;
    return element;
  };
}

function owned(value: unknown): unknown {
  if (typeof value === 'function') return createOwned(value as () => unknown);
  // A list of elements stays the same list: Solid asks whether it is.
  return Array.isArray(value) && value.some(isUnowned)
    ? value.map((each) => (isText(each) ? createOwned(() => each)() : owned(each)))
    : value;
}

/**
 * `read`, of what is alone in `parent`: as long as it is a text, Solid changes the first child of `parent`, which is made a
 * text, without others beside it, before that.
 */
function createMended(parent: ParentNode & Node, read: () => unknown): () => unknown {
  let wasText = false;
  const mended = (value: unknown): unknown => {
    if (typeof value === 'function') return () => mended((value as () => unknown)());
    if (wasText && !isOnly(parent)) parent.replaceChildren(document.createTextNode(isText(value) ? String(value) : ''));
    wasText = isText(value);
    return owned(value);
  };
  return () => mended(read());
}

/** Whether a single text node is all that is in `parent`, with this text where one is given. */
function isOnly(parent: Node, text?: string): boolean {
  // Asked for each text that a new answer changes: a list of the children would be made anew each time.
  const only = parent.firstChild;
  if (only?.nodeType !== Node.TEXT_NODE || only.nextSibling) return false;
  return text === undefined || only.nodeValue === text;
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isUnowned(value: unknown): boolean {
  return isText(value) || typeof value === 'function' || (Array.isArray(value) && value.some(isUnowned));
}
