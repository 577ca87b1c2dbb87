/** Drawings with transparency, written one after the other: what the renderers share. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { writeJson } from '../folders.ts';

/** Side of a drawing, in pixels. */
export const SIDE = 80;
const CLEAR = { r: 0, g: 0, b: 0, alpha: 0 };

sharp.concurrency(1);
sharp.cache(false);

/** RGBA, SIDE × SIDE × 4 bytes. */
export function rgba(picture: Sharp): Promise<Buffer> {
  return picture.resize(SIDE, SIDE, { fit: 'contain', background: CLEAR }).ensureAlpha().raw().toBuffer();
}

/** Writes FOLDER/NAME.rgba (n × SIDE × SIDE × 4 bytes) and NAME.json, which says what each of the n drawings shows. */
export class DrawingFile<T> {
  readonly #entries: T[] = [];
  readonly #pixels: number;
  readonly #folder: string;
  readonly #name: string;
  #failed = 0;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.#pixels = openSync(join(folder, `${name}.rgba`), 'w');
  }

  get count(): number {
    return this.#entries.length;
  }

  /** A drawing that fails is left out. */
  async add(draw: () => Promise<Buffer>, entry: T): Promise<void> {
    try {
      writeSync(this.#pixels, await draw());
      this.#entries.push(entry);
    } catch {
      this.#failed += 1;
    }
  }

  close(): void {
    closeSync(this.#pixels);
    writeJson(this.#folder, `${this.#name}.json`, this.#entries);
    console.log(`${this.count} drawings in ${this.#name}.rgba, ${this.#failed} left out`);
  }
}
