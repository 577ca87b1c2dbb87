import fc from 'fast-check';
import { createRoot, createSignal } from 'solid-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { insert } from './insert.ts';
import { OTHERS } from './testing-translate.ts';

let parent: HTMLElement;
beforeEach(() => {
  parent = document.createElement('p');
});

const element = (text: string) => {
  const made = document.createElement('b');
  made.textContent = text;
  return made;
};

type Shown = string | number | null | { readonly element: string } | readonly Shown[];

/** As JSX would make it: elements anew, lists with functions in them. */
function made(shown: Shown): unknown {
  if (shown === null || typeof shown !== 'object') return shown;
  if ('element' in shown) return element(shown.element);
  return shown.map((each, i) => (i % 2 === 1 ? () => made(each) : made(each)));
}

function textOf(shown: Shown): string {
  if (shown === null) return '';
  if (typeof shown !== 'object') return String(shown);
  return 'element' in shown ? shown.element : shown.map(textOf).join('');
}

/** `before` and `after` are texts beside what changes; without them it is alone in its element. */
function show(first: Shown, before?: string, after?: string) {
  const [shown, setShown] = createSignal<{ it: Shown }>({ it: first });
  const read = () => made(shown().it);
  const dispose = createRoot((end) => {
    if (before === undefined || after === undefined) insert(parent, read);
    else {
      parent.append(before, after);
      insert(parent, read, parent.lastChild);
    }
    return end;
  });
  return { set: (it: Shown) => setShown({ it }), dispose };
}

const shownValues: fc.Arbitrary<Shown> = fc.letrec<{ value: Shown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom<Shown[]>('dog', 'cat', 'a longer text', '', 0, 12, null, { element: 'bold' }),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;

describe.each(Object.entries(OTHERS))('what changes is right after others changed texts: %s', (_, change) => {
  it.each([
    ['alone', undefined, undefined],
    ['between texts', 'before ', ' after'],
  ])('%s', (_place, before, after) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(shownValues, fc.boolean()), { minLength: 2, maxLength: 8 }), (steps) => {
        parent = document.createElement('p');
        const { set, dispose } = show(steps[0]?.[0] ?? null, before, after);
        for (const [value, isChanged] of steps.slice(1)) {
          if (isChanged) change(parent);
          set(value);
          const around = [before ?? '', after ?? ''].map((text) => text.toLowerCase());
          const text = (parent.textContent ?? '').toLowerCase();
          // A list that has not changed keeps what others made of it: the same letters here.
          expect(text).toBe(`${around[0]}${textOf(value)}${around[1]}`);
        }
        dispose();
      }),
      { numRuns: 200 },
    );
  });
});

it('what is not text stays where it is, and the same element', () => {
  const [name, setName] = createSignal('dog');
  const bold = element('bold');
  createRoot(() => insert(parent, () => [() => name(), ' and ', bold]));
  OTHERS.translate(parent);
  setName('cat');
  expect(parent.textContent).toBe('cat AND BOLD');
  expect(parent.contains(bold)).toBe(true);
});

it('a text alone in its element is one text node', () => {
  const [name, setName] = createSignal('dog');
  createRoot(() => insert(parent, name));
  const node = parent.firstChild;
  setName('cat');
  expect([parent.innerHTML, parent.firstChild]).toEqual(['cat', node]);
});
