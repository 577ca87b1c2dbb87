import { type Accessor, createSignal, onCleanup } from 'solid-js';

const TOKENS = ['text-quiet', 'line', 'accent', 'accent-soft', 'line-strong'] as const;

/** Tokens of the theme as colours that a canvas understands. */
export type Colours = Readonly<Record<(typeof TOKENS)[number], string>>;

/** The colours at `element`, changing with the theme. */
export function createColours(element: HTMLElement): Accessor<Colours> {
  const [colours, setColours] = createSignal(read(element));
  const update = () => setColours(read(element));

  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', update);
  const theme = new MutationObserver(update);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  onCleanup(() => {
    dark.removeEventListener('change', update);
    theme.disconnect();
  });
  return colours;
}

/** Through the `color` of an element: the tokens themselves are `light-dark(…)`, which only the cascade resolves. */
function read(element: HTMLElement): Colours {
  // Else a forced palette gives every token the colour of text.
  element.style.forcedColorAdjust = 'none';
  const entries = TOKENS.map((token) => {
    element.style.color = `var(--${token})`;
    return [token, getComputedStyle(element).color];
  });
  element.style.color = '';
  element.style.forcedColorAdjust = '';
  return Object.fromEntries(entries) as Colours;
}
