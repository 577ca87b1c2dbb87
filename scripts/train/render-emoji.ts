/**
 * Render emoji of several icon packages at 96 px (RGBA) and collect their CLDR names and keywords.
 *
 *     tsx scripts/train/render-emoji.ts DATA [--styles noto,twemoji,…] [--limit N]
 *
 * Writes DATA/emoji.rgba (n × 96 × 96 × 4 bytes), emoji.json (style and hexcode of each) and names.json (hexcode →
 * language → [name, keywords]). Needs the `@iconify-json/<style>` packages; only fluent-emoji-flat is a dependency here.
 */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const SIDE = 96;
const STYLES = 'noto,fluent-emoji-flat,fluent-emoji,twemoji,openmoji,emojione';
const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'ru', 'ja', 'zh'];

interface Emoji {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
}
interface Icon {
  readonly body: string;
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
}
interface IconSet {
  readonly icons: Record<string, Icon>;
  readonly width?: number;
  readonly height?: number;
}

const require = createRequire(import.meta.url);
const plainHex = (hexcode: string) =>
  hexcode
    .toLowerCase()
    .split('-')
    .filter((part) => part !== 'fe0f')
    .join('-');
const slug = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** The icons of a package by the emoji that they show: by its own table of characters, else by the name's slug. */
function iconsByEmoji(style: string, set: IconSet, emojis: readonly Emoji[]): Map<Emoji, Icon> {
  const byHex = new Map(emojis.map((emoji) => [plainHex(emoji.hexcode), emoji]));
  const bySlug = new Map(emojis.map((emoji) => [slug(emoji.label), emoji]));
  const found = new Map<Emoji, Icon>();
  const take = (emoji: Emoji | undefined, name: string) => {
    const icon = set.icons[name];
    if (emoji && icon && !found.has(emoji)) found.set(emoji, icon);
  };
  for (const [hexcode, name] of Object.entries(characters(style))) take(byHex.get(plainHex(hexcode)), name);
  for (const name of Object.keys(set.icons)) take(bySlug.get(name), name);
  return found;
}

function characters(style: string): Record<string, string> {
  try {
    return require(`@iconify-json/${style}/chars.json`) as Record<string, string>;
  } catch {
    return {}; // a package without such a table
  }
}

function render(icon: Icon, set: IconSet): Promise<Buffer> {
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const box = `${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${SIDE}" height="${SIDE}" viewBox="${box}">${icon.body}</svg>`;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return sharp(Buffer.from(svg)).resize(SIDE, SIDE, { fit: 'contain', background }).ensureAlpha().raw().toBuffer();
}

function names(): Record<string, Record<string, [string, readonly string[]]>> {
  const all: Record<string, Record<string, [string, readonly string[]]>> = {};
  for (const language of LANGUAGES) {
    for (const { hexcode, label, tags } of require(`emojibase-data/${language}/data.json`) as Emoji[]) {
      all[hexcode] ??= {};
      all[hexcode][language] = [label, tags ?? []];
    }
  }
  return all;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { styles: { type: 'string', default: STYLES }, limit: { type: 'string', default: 'Infinity' } },
  });
  const [data] = positionals;
  if (!data) throw new Error('Usage: tsx scripts/train/render-emoji.ts DATA [--styles a,b] [--limit N]');
  await mkdir(data, { recursive: true });
  const emojis = require('emojibase-data/en/data.json') as Emoji[];
  const pixels = await open(join(data, 'emoji.rgba'), 'w');
  const meta: { style: string; hex: string }[] = [];
  for (const style of values.styles.split(',')) {
    const set = require(`@iconify-json/${style}/icons.json`) as IconSet;
    const icons = [...iconsByEmoji(style, set, emojis)].slice(0, Number(values.limit));
    for (const [emoji, icon] of icons) {
      await pixels.write(await render(icon, set));
      meta.push({ style, hex: emoji.hexcode });
    }
    console.log(`${style}: ${icons.length}`);
  }
  await pixels.close();
  await writeFile(join(data, 'emoji.json'), JSON.stringify(meta));
  await writeFile(join(data, 'names.json'), JSON.stringify(names()));
}

await main();
