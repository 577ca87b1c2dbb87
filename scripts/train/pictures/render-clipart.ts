/** Draw Open Clip Art (Debian: openclipart-svg) and Tux Paint's stamps (tuxpaint-stamps-default) at 80 px (RGBA). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { parseOptions, runScript } from '../../cli/cli.ts';
import { workFolder } from '../folders.ts';
import { DrawingFile, rgba, SIDE } from './drawings.ts';

const HELP = `
Usage: npx tsx scripts/train/pictures/render-clipart.ts WORK

Reads share/tuxpaint/stamps and share/openclipart/svg. Writes raw/clipart.rgba and clipart.json: source and file of each,
with title and tags, or with a description in up to ten languages.
`;

/** Larger drawings take too long. Bytes. */
const LARGEST = 600_000;
/** Slower ones are left out. Milliseconds. */
const SLOW = 5000;
const LEAST_OPAQUE = 0.02;
const LANGUAGE_LINE = /^(es|fr|de|it|pt|nl|ru|ja|zh_CN)\.utf8=(.*)$/;
const SAME_AGAIN =
  /^(shapes\/(flowchart|callouts)|special\/flags|signs_and_symbols\/flags|recreation\/games\/(cards|dice))/;

type Entry =
  | { readonly source: 'tuxpaint'; readonly file: string; readonly text: Record<string, string> }
  | { readonly source: 'openclipart'; readonly file: string; readonly title: string; readonly tags: string[] };

await runScript(HELP, async (args) => {
  const { share, raw } = workFolder(parseOptions(args, {}).positionals);
  const file = new DrawingFile<Entry>(raw, 'clipart');
  for (const [path, entry] of stamps(join(share, 'tuxpaint/stamps'))) await file.add(() => draw(path, 96), entry);
  for (const [path, entry] of clipart(join(share, 'openclipart/svg'))) await file.add(() => draw(path, 72), entry);
  file.close();
});

async function draw(path: string, density: number): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('slow')), SLOW);
  });
  try {
    const pixels = await Promise.race([rgba(sharp(path, { density, limitInputPixels: 6e7 })), late]);
    let opaque = 0;
    for (let i = 3; i < pixels.length; i += 4) opaque += pixels[i] ?? 0;
    if (opaque < 255 * SIDE * SIDE * LEAST_OPAQUE) throw new Error('next to nothing to see');
    return pixels;
  } finally {
    clearTimeout(timer);
  }
}

/** Stamps whose description lies beside them; its first line is English. */
function* stamps(folder: string): Generator<[string, Entry]> {
  for (const path of filesBelow(folder)) {
    const description = path.replace(/\.(png|svg)$/, '.txt');
    if (description === path || /_mirror|_flip/.test(path) || !existsSync(description)) continue;
    const [english = '', ...others] = readFileSync(description, 'utf8').split('\n');
    const text: Record<string, string> = { en: clean(english) };
    for (const line of others) {
      const [, language, translation] = LANGUAGE_LINE.exec(line) ?? [];
      if (language && translation?.trim()) text[language.slice(0, 2)] = clean(translation);
    }
    yield [path, { source: 'tuxpaint', file: relative(folder, path), text }];
  }
}

function* clipart(folder: string): Generator<[string, Entry]> {
  for (const path of filesBelow(folder)) {
    const file = relative(folder, path);
    if (!file.endsWith('.svg') || SAME_AGAIN.test(file) || statSync(path).size > LARGEST) continue;
    const head = readFileSync(path, 'utf8').slice(0, 60_000);
    const title = clean(/<dc:title>([^<]*)<\/dc:title>/.exec(head)?.[1] ?? '');
    const subjects = /<dc:subject>([\s\S]*?)<\/dc:subject>/.exec(head)?.[1] ?? '';
    const tags = [...subjects.matchAll(/<rdf:li>([^<]*)<\/rdf:li>/g)].map((match) => clean(match[1] ?? ''));
    yield [path, { source: 'openclipart', file, title, tags: tags.filter(Boolean) }];
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function clean(text: string): string {
  return text
    .replaceAll('&amp;', '&')
    .replace(/&#?\w+;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
