/** What others do to the texts of a page; each in the way of one of them. */

function texts(root: Node): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  return found.filter(({ data }) => data.trim() !== '');
}

/** As Chrome and Edge translate: each text goes, and two elements with another come. */
export function translate(root: Node): void {
  for (const text of texts(root)) {
    const outer = document.createElement('font');
    const inner = document.createElement('font');
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    text.replaceWith(outer);
  }
}

/** As Firefox translates: each text goes, and another comes. */
export function replaceTexts(root: Node): void {
  for (const text of texts(root)) text.replaceWith(document.createTextNode(text.data.toUpperCase()));
}

/** As extensions mark words: the second letter of each text is in an element, between what was around it. */
export function mark(root: Node): void {
  for (const text of texts(root)) {
    if (text.length < 3) continue;
    const found = text.splitText(1);
    found.splitText(1);
    const element = document.createElement('mark');
    found.replaceWith(element);
    element.append(found);
  }
}

export const OTHERS = { translate, replaceTexts, mark } as const;
