import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { PUBLIC_FOLDER } from '../repository/folders.ts';

/** Draws the PNG icons in `public/icons` from `icon.svg`. Run it after changing the drawing: `npx tsx scripts/site/make-icons.ts`. */
const folder = join(PUBLIC_FOLDER, 'icons');
const rounded = await readFile(join(folder, 'icon.svg'), 'utf8');
/** iOS and Android cut the corners themselves. */
const square = rounded.replace(' rx="112"', '');
/** Android may cut away all outside a circle of 80 % of the width (W3C manifest, § Icon masks): the mark shrinks. */
const maskable = square
  .replace('<g fill', '<g transform="translate(64 64) scale(.75)"><g fill')
  .replace('</svg>', '</g></svg>');

async function draw(svg: string, size: number, name: string): Promise<void> {
  const picture = sharp(Buffer.from(svg), { density: 144 }).resize(size);
  await picture.png({ compressionLevel: 9, palette: true }).toFile(join(folder, name));
}

await draw(rounded, 192, 'icon-192.png');
await draw(rounded, 512, 'icon-512.png');
await draw(maskable, 512, 'maskable-512.png');
await draw(square, 180, 'apple-touch-icon.png');
