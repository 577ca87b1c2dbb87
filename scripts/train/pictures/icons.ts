/** Emoji and icons of `@iconify-json` packages: which emoji an icon shows, and its drawing as SVG. */
import { packageData } from '../folders.ts';

export interface Emoji {
  readonly hexcode: string;
  readonly label: string;
  readonly emoji?: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly subgroup?: number;
}
interface Box {
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
}
export interface Icon extends Box {
  readonly body: string;
}
export interface IconSet extends Box {
  readonly icons: Readonly<Record<string, Icon>>;
}

export const iconSet = (style: string): IconSet => packageData(`@iconify-json/${style}/icons.json`);
export const emojiIn = (language: string): readonly Emoji[] => packageData(`emojibase-data/${language}/data.json`);

const plainHex = (hexcode: string) => hexcode.toLowerCase().replaceAll('-fe0f', '');
const tight = (name: string) => slug(name).replaceAll('-', '');

export function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Hexcode → icon name; empty for a package without such a table, or one that is not there. */
function characters(style: string): readonly [string, string][] {
  try {
    return Object.entries(packageData<Record<string, string>>(`@iconify-json/${style}/chars.json`));
  } catch {
    return [];
  }
}

/** Finds an emoji by code points, by the slug of its CLDR name, or by an older name that another package has for it. */
export class EmojiNames {
  readonly byHex = new Map<string, Emoji>();
  readonly bySlug = new Map<string, Emoji>();
  readonly byTight = new Map<string, Emoji>();

  constructor(emojis: readonly Emoji[]) {
    for (const emoji of emojis) {
      this.byHex.set(plainHex(emoji.hexcode), emoji);
      this.bySlug.set(slug(emoji.label), emoji);
      this.byTight.set(tight(emoji.label), emoji);
    }
    for (const style of ['noto', 'emojione']) {
      for (const [hexcode, name] of characters(style)) {
        const emoji = this.byHex.get(plainHex(hexcode));
        if (emoji && !this.byTight.has(tight(name))) this.byTight.set(tight(name), emoji);
      }
    }
  }

  /** The icons of a style, one for each emoji: by its table of characters, else by name. */
  iconsOf(style: string): Map<Emoji, Icon> {
    const { icons } = iconSet(style);
    const found = new Map<Emoji, Icon>();
    const take = (emoji: Emoji | undefined, name: string) => {
      const icon = icons[name];
      if (emoji && icon && !found.has(emoji)) found.set(emoji, icon);
    };
    for (const [hexcode, name] of characters(style)) take(this.byHex.get(plainHex(hexcode)), name);
    for (const name of Object.keys(icons)) take(this.bySlug.get(name), name);
    for (const name of Object.keys(icons)) {
      take(this.byTight.get(tight(name)) ?? this.byTight.get(tight(name.replace(/-\d$/, ''))), name);
    }
    return found;
  }
}

/** The icons of a style that shows no emoji, one for each name; of Phosphor's six weights one, picked by the name. */
export function iconsByName(style: string): Map<string, Icon> {
  const found = new Map<string, Icon>();
  for (const [name, icon] of Object.entries(iconSet(style).icons)) {
    const weight = style === 'ph' ? /^(.*?)-(bold|light|thin|fill|duotone)$/.exec(name) : null;
    const base = weight?.[1] ?? name;
    if (style === 'ph' && (weight?.[2] ?? '') !== ['fill', 'duotone', ''][base.length % 3]) continue;
    const plain = base.replace(/-(fill|\d+px|\d+)$/, '').replace(/-\d+$/, '');
    if (!found.has(plain)) found.set(plain, icon);
  }
  return found;
}

/** A still drawing, `side` pixels wide and high. */
export function svgOf(icon: Icon, set: IconSet, side: number): Buffer {
  const box = [
    icon.left ?? set.left ?? 0,
    icon.top ?? set.top ?? 0,
    icon.width ?? set.width ?? 16,
    icon.height ?? set.height ?? 16,
  ];
  const body = icon.body.replace(/<(animate|set)[^>]*?(\/>|>.*?<\/\1>)/gs, '');
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return Buffer.from(`<svg ${namespaces} width="${side}" height="${side}" viewBox="${box.join(' ')}">${body}</svg>`);
}
