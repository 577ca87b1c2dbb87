/** Draw the emoji and icons of npm packages at 80 px (RGBA) and collect names and keywords. */
import sharp from 'sharp';
import { parseCount, parseOptions, runScript } from '../../cli/cli.ts';
import { packageData, type Work, workFolder, writeJson } from '../folders.ts';
import { DrawingFile, rgba, SIDE } from './drawings.ts';
import { EmojiNames, emojiIn, type Icon, iconSet, iconsByName, svgOf } from './icons.ts';

const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'ru', 'ja', 'zh'];
const EMOJI_STYLES =
  'noto,fluent-emoji-flat,fluent-emoji,twemoji,openmoji,emojione,fxemoji,noto-v1,emojione-v1,streamline-emojis,' +
  'fluent-emoji-high-contrast,emojione-monotone';
const ICON_STYLES =
  'flat-color-icons,streamline-ultimate-color,streamline-freehand-color,icon-park,meteocons,game-icons,ph';

const HELP = `
Usage: npx tsx scripts/train/pictures/render-drawings.ts WORK [options]

Writes raw/drawings.rgba, drawings.json (style with hexcode or name of each), names.json (hexcode → language → [name,
keywords]; lib: emojilib's words) and groups.json (hexcode → [group, subgroup]).

  --emoji <styles>  packages of emoji (default: ${EMOJI_STYLES})
  --icons <styles>  other packages (default: ${ICON_STYLES})
  --limit <n>       at most so many drawings of a package
`;

interface Entry {
  readonly style: string;
  readonly hex?: string;
  readonly name?: string;
}
/** `lib` is no language: words of emojilib. */
type Names = Record<string, Record<string, [string, readonly string[]] | readonly string[]>>;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    emoji: { type: 'string', default: EMOJI_STYLES },
    icons: { type: 'string', default: ICON_STYLES },
    limit: { type: 'string' },
  });
  const work = workFolder(positionals);
  const most = values.limit === undefined ? undefined : parseCount(values.limit, '--limit');
  const file = new DrawingFile<Entry>(work.raw, 'drawings');
  const names = new EmojiNames(emojiIn('en'));
  for (const style of split(values.emoji)) {
    const icons = [...names.iconsOf(style)].map(([{ hexcode }, icon]): [Entry, Icon] => [
      { style, hex: hexcode },
      icon,
    ]);
    await drawAll(file, style, icons.slice(0, most));
  }
  for (const style of split(values.icons)) {
    const icons = [...iconsByName(style)].map(([name, icon]): [Entry, Icon] => [{ style, name }, icon]);
    await drawAll(file, style, icons.slice(0, most));
  }
  file.close();
  writeNames(work);
});

function split(list: string): string[] {
  return list.split(',').filter(Boolean);
}

async function drawAll(file: DrawingFile<Entry>, style: string, icons: readonly [Entry, Icon][]): Promise<void> {
  const set = iconSet(style);
  for (const [entry, icon] of icons) await file.add(() => rgba(sharp(svgOf(icon, set, SIDE))), entry);
  console.log(`${style}: ${icons.length}`);
}

function writeNames({ raw }: Work): void {
  const names: Names = {};
  for (const language of LANGUAGES) {
    for (const { hexcode, label, tags } of emojiIn(language)) {
      names[hexcode] = { ...names[hexcode], [language]: [label, tags ?? []] };
    }
  }
  const words = libraryWords();
  const groups: Record<string, [number, number]> = {};
  for (const { hexcode, emoji = '', group, subgroup } of emojiIn('en')) {
    groups[hexcode] = [group ?? -1, subgroup ?? -1];
    const lib = words.get(withoutSelectors(emoji));
    if (lib) names[hexcode] = { ...names[hexcode], lib: lib.map((word) => word.replaceAll('_', ' ')) };
  }
  writeJson(raw, 'names.json', names);
  writeJson(raw, 'groups.json', groups);
}

/** Character → words of emojilib; none where it is not installed. */
function libraryWords(): Map<string, readonly string[]> {
  try {
    const library = packageData<Record<string, readonly string[]>>('emojilib');
    return new Map(Object.entries(library).map(([character, words]) => [withoutSelectors(character), words]));
  } catch {
    console.log('emojilib is not installed: its words are left out');
    return new Map();
  }
}

function withoutSelectors(character: string): string {
  return character.replaceAll('\ufe0f', '');
}
