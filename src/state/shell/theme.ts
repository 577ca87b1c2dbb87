import { type Accessor, createSignal } from 'solid-js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Also read by public/boot.js, before the first paint. */
const KEY = 'afterimage-theme';

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((each) => each === value) ?? 'system';
  } catch {
    return 'system';
  }
}

function store(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
}

/** The browser's own bars take the ground of the chosen theme: which of the two colours in index.html holds. */
function colourBars(theme: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const { scheme } = meta.dataset;
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${scheme})` : theme === scheme ? 'all' : 'not all';
  }
}

/** Light, dark or as the system has it; kept across visits. */
export function createTheme(): { theme: Accessor<Theme>; setTheme: (theme: Theme) => void } {
  const [theme, set] = createSignal(stored());
  colourBars(theme());
  return {
    theme,
    setTheme(next) {
      set(next);
      store(next);
      colourBars(next);
      if (next === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
    },
  };
}
