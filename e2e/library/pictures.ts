import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { env } from 'node:process';
import sharp from 'sharp';
import { ROOT_FOLDER } from '../../scripts/repository/folders.ts';
import type { Picture } from './own-pictures.ts';

/** A folder of photographs to take in place of the drawings of the demo: their names say what they show. */
const PHOTOS_VARIABLE = 'AFTERIMAGE_PHOTOS';
const DRAWINGS = join(ROOT_FOLDER, '.cache/demo-pictures');
/** Drawings that are the same, byte for byte, under several names: they would be one picture. */
const COPIES = new Set(['grinning-cat.png', 'white-square-button.png']);

/** Paths of pictures, in alphabetical order. */
export async function picturePaths(count: number): Promise<string[]> {
  const folder = env[PHOTOS_VARIABLE] ?? DRAWINGS;
  const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp)$/i.test(name) && !COPIES.has(name));
  return names
    .sort()
    .slice(0, count)
    .map((name) => join(folder, name));
}

/** A smaller copy of a picture in another format: another file that looks the same. */
export async function savedAgain(path: string, name: string): Promise<Picture> {
  const buffer = await sharp(path).flatten({ background: '#ffffff' }).resize(500).jpeg({ quality: 70 }).toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
}

export async function readPictures(paths: readonly string[]): Promise<Picture[]> {
  const read = async (path: string) => ({ name: basename(path), mimeType: 'image/*', buffer: await readFile(path) });
  return await Promise.all(paths.map(read));
}
