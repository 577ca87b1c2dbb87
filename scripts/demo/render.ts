import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { mapOrdered } from '../../src/indexing/steps/map-ordered.ts';
import { lock } from '../../src/platform/collections/lock.node.ts';
import type { Progress } from '../indexing/progress/progress.ts';
import { installedVersion } from '../repository/repository.ts';
import { type DemoEmoji, demoEmoji } from './emoji.ts';

/** Side of a rendered picture, in pixels: sharp on a large screen of high resolution. */
const DEMO_SIZE = 768;
const DEMO_LICENCE = 'MIT, Microsoft Fluent Emoji';
const CONCURRENCY = 4;
/** Hidden, so that they are no files to index. */
export const CAPTIONS_FILE = '.captions.json';
const VERSION_FILE = '.version';
/** Raise it when the pictures come out differently. */
const DRAWING = 2;

/** What the pictures depend on. */
export function drawingVersion(): string {
  const versions = ['@iconify-json/fluent-emoji-flat', 'emojibase-data', 'sharp'].map(installedVersion);
  return [DRAWING, ...versions].join(' ');
}

/** Whether `folder` holds the pictures that `draw` would draw. */
async function isDrawn(folder: string): Promise<boolean> {
  return (await readFile(join(folder, VERSION_FILE), 'utf8').catch(() => '')) === drawingVersion();
}

/**
 * Draw the demo pictures into `folder`, with their titles and licences in a file beside them. The folder appears when it
 * is complete. Pictures that are there already are kept, unless `fresh`.
 * @throws AfterimageError `not-writable` while another process draws there.
 */
export async function renderDemo(
  folder: string,
  { fresh, progress, signal }: { fresh: boolean; progress: Progress; signal: AbortSignal },
): Promise<void> {
  if (!fresh && (await isDrawn(folder))) return;
  await mkdir(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`, 'The demo pictures are being drawn by another process.');
  try {
    // Another one may have drawn them since, and be reading them.
    if (fresh || !(await isDrawn(folder))) await draw(folder, progress, signal);
  } finally {
    await release();
  }
}

async function draw(folder: string, progress: Progress, signal: AbortSignal): Promise<void> {
  const emoji = demoEmoji();
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const drawOne = async (one: DemoEmoji) => {
    signal.throwIfAborted();
    const picture = sharp(svgOf(one)).flatten({ background: '#ffffff' }).png();
    await picture.toFile(join(draft, `${one.slug}.png`));
  };
  progress.begin('Drawing', emoji.length);
  for await (const _ of mapOrdered(emoji, drawOne, { concurrency: CONCURRENCY, ahead: CONCURRENCY }))
    progress.advance();
  progress.stop();
  const captions = emoji.map(({ slug, label }) => [`${slug}.png`, { title: label, licence: DEMO_LICENCE }]);
  await writeFile(join(draft, CAPTIONS_FILE), `${JSON.stringify(Object.fromEntries(captions), null, 2)}\n`);
  await writeFile(join(draft, VERSION_FILE), drawingVersion());
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}

export function svgOf({ body }: DemoEmoji): Buffer {
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return Buffer.from(`<svg ${namespaces} width="${DEMO_SIZE}" height="${DEMO_SIZE}" viewBox="0 0 32 32">${body}</svg>`);
}
