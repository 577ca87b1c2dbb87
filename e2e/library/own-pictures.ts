import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import sharp from 'sharp';
import { ROOT_FOLDER } from '../../scripts/repository/folders.ts';

/** A picture as Playwright gives it to an input. */
export interface Picture {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const ICONS = join(ROOT_FOLDER, 'node_modules/@iconify-json/fluent-emoji-flat/icons.json');
/** What the model of the demo knows. */
export const THINGS = ['rocket', 'pizza', 'guitar', 'snowman', 'banana', 'umbrella', 'bicycle', 'whale'] as const;

/** Drawings of `THINGS`, each in as many sizes as it takes to have `count` different ones. */
export async function drawPictures(count: number): Promise<Picture[]> {
  const { icons } = JSON.parse(await readFile(ICONS, 'utf8')) as { icons: Record<string, { body: string }> };
  const draw = async (i: number): Promise<Picture> => {
    const thing = THINGS[i % THINGS.length] ?? 'rocket';
    const round = Math.floor(i / THINGS.length);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${icons[thing]?.body}</svg>`;
    const size = 160 + round;
    const buffer = await sharp(Buffer.from(svg)).resize(size, size).flatten({ background: 'white' }).png().toBuffer();
    return { name: round === 0 ? `${thing}.png` : `${thing}-${round}.png`, mimeType: 'image/png', buffer };
  };
  return await Promise.all(Array.from({ length: count }, (_, i) => draw(i)));
}

/** The page of the visitor's own pictures. */
export class OwnPictures {
  readonly page: Page;
  readonly input: Locator;
  readonly searchLink: Locator;

  constructor(page: Page) {
    this.page = page;
    this.input = page.getByLabel('Pictures', { exact: true });
    this.searchLink = page.getByRole('link', { name: /^Search your/ });
  }

  async open(): Promise<void> {
    await this.page.goto('./?view=library');
    await expect(this.page.getByRole('heading', { name: 'Add pictures' })).toBeVisible();
  }

  /** Nothing is left in the queue, and so many pictures are there. */
  async has(count: number): Promise<void> {
    await expect(this.searchLink).toHaveText(`Search your ${count} ${count === 1 ? 'picture' : 'pictures'}`);
    await expect(this.page.getByRole('heading', { name: /^(Adding|Looking)/ })).toHaveCount(0);
  }

  /** A folder of the browser's own file system takes the place of one that is chosen: no test can answer the browser. */
  async stubFolder(): Promise<void> {
    await this.page.addInitScript(() => {
      const choose = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('Photos', { create: true });
      Object.assign(window, { showDirectoryPicker: choose });
    });
  }

  async writeToFolder(pictures: readonly Picture[]): Promise<void> {
    const files = pictures.map(({ name, buffer }) => ({ name, base64: buffer.toString('base64') }));
    await this.page.evaluate(async (all) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('Photos', { create: true });
      for (const { name, base64 } of all) {
        const file = await folder.getFileHandle(name, { create: true });
        const stream = await file.createWritable();
        await stream.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
        await stream.close();
      }
    }, files);
  }

  /** Names of the files in the folder. */
  async filesInFolder(): Promise<string[]> {
    return await this.page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('Photos');
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names.sort();
    });
  }
}
