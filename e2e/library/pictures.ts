import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { ROOT_FOLDER } from '../../scripts/repository/folders.ts';

/** A folder of photographs to take in place of the drawings of the demo: their names say what they show. */
const PHOTOS_VARIABLE = 'AFTERIMAGE_PHOTOS';
const DRAWINGS = join(ROOT_FOLDER, '.cache/demo-pictures');
/** Drawings that are the same, byte for byte, under several names: they would be one picture. */
const COPIES = new Set(['woman-and-man-holding-hands.png', 'man-and-woman-holding-hands.png']);

export interface PictureFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

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
export async function savedAgain(path: string, name: string): Promise<PictureFile> {
  const buffer = await sharp(path).flatten({ background: '#ffffff' }).resize(500).jpeg({ quality: 70 }).toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
}

/**
 * A folder on the disk of the browser that the page is given when it asks for one: no test can press the button of the
 * system's own dialog. What the page gets is a real handle, which it may keep and read again on a later visit.
 */
export async function fillFolder(page: Page, name: string, paths: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.id = 'files-of-the-folder';
    input.hidden = true;
    document.body.append(input);
  });
  const input = page.locator('#files-of-the-folder');
  await input.setInputFiles([...paths]);
  await input.evaluate(async (element, folderName) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(folderName, { create: true });
    for (const file of (element as HTMLInputElement).files ?? []) {
      const writable = await (await folder.getFileHandle(file.name, { create: true })).createWritable();
      await writable.write(file);
      await writable.close();
    }
    element.remove();
  }, name);
}

/** From now on, also on later visits, the page that asks for a folder gets this one. */
export async function offerFolder(page: Page, name: string): Promise<void> {
  await page.context().addInitScript((folderName) => {
    Object.assign(globalThis, {
      showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folderName),
    });
  }, name);
}
