import { createRequire } from 'node:module';

/** One emoji of the demo collection: its names by Unicode's CLDR and its drawing. */
export interface DemoEmoji {
  /** Unique; the picture's file name without `.png`. */
  readonly slug: string;
  readonly hexcode: string;
  /** English CLDR name: the item's title. */
  readonly label: string;
  /** Elements of an SVG of 32 × 32 units. */
  readonly body: string;
}

interface IconSet {
  readonly icons: Readonly<Record<string, { readonly body: string } | undefined>>;
}
interface EmojiName {
  readonly hexcode: string;
  readonly label: string;
}

const ICONS = '@iconify-json/fluent-emoji-flat';
const require = createRequire(import.meta.url);

/** Every base emoji (no skin tones) that the Fluent flat set draws, by name. */
export function demoEmoji(): DemoEmoji[] {
  const { icons } = require(`${ICONS}/icons.json`) as IconSet;
  const drawings = require(`${ICONS}/chars.json`) as Readonly<Record<string, string>>;
  const names = require('emojibase-data/en/data.json') as readonly EmojiName[];
  // Skin tones are nested below their base emoji there, hence not among the names.
  const byHexcode = new Map(names.map((name) => [plain(name.hexcode), name]));
  const found = new Map<string, DemoEmoji>();
  for (const [hexcode, drawing] of Object.entries(drawings)) {
    const name = byHexcode.get(plain(hexcode));
    const icon = icons[drawing];
    if (!name || !icon) continue;
    const slug = slugOf(name.label);
    const other = found.get(slug);
    if (other && other.hexcode !== name.hexcode) throw new Error(`${name.label} and ${other.label} have one slug`);
    found.set(slug, { slug, hexcode: name.hexcode, label: name.label, body: icon.body });
  }
  return [...found.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

/** Without variation selectors, which the two packages place differently. */
function plain(hexcode: string): string {
  return hexcode.toLowerCase().replaceAll('-fe0f', '');
}

/** "keycap: *" → "keycap-asterisk", "piñata" → "pinata", "man’s shoe" → "mans-shoe". */
export function slugOf(label: string): string {
  return label
    .replace('#', ' number sign ')
    .replace('*', ' asterisk ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
