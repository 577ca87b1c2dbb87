import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { readCollection } from '../../../src/engine/collection/reader.ts';
import type { Item } from '../../../src/engine/collection/types.ts';
import type { IndexSummary } from '../../../src/indexing/request.ts';
import { createFolderSource } from '../../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import type { Quarters, Rgb } from './drawing.ts';

/** A picture of the collection, as it says itself. */
export interface Listed {
  readonly item: Item;
  /** Of its preview, in the middle of each. */
  readonly quarters: Quarters;
}

export interface Built {
  readonly summary: IndexSummary;
  readonly pictures: readonly Listed[];
}

const SCRIPT = join(ROOT_FOLDER, 'scripts/build-index.ts');
const MAX_OUTPUT = 2 ** 28;
const AT_A_TIME = 16;

/** Run `build-index` over a folder as a person does, and read what it made. @param work a folder for the collection */
export async function buildAndRead(folder: string, work: string): Promise<Built> {
  const out = join(work, 'site/collections/many');
  const options = ['--out', out, '--index', 'exact', '--cache', join(work, 'hashes'), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT, folder, ...options], {
    cwd: ROOT_FOLDER,
    maxBuffer: MAX_OUTPUT,
  });
  const summary = JSON.parse(stdout) as IndexSummary;
  const collections = dirname(out);
  const source = createFolderSource(dirname(collections));
  const collection = await readCollection(source, sha256, basename(out), basename(collections));
  const items = await collection.allItems();
  const pictures: Listed[] = [];
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    const some = items.slice(start, start + AT_A_TIME);
    pictures.push(...(await Promise.all(some.map(async (item) => ({ item, quarters: await quartersOf(item, out) })))));
  }
  return { summary, pictures };
}

async function quartersOf({ preview, thumbnail }: Item, out: string): Promise<Quarters> {
  const shown = preview ?? thumbnail;
  if (!shown) throw new Error('a picture without a preview');
  const image = sharp(join(out, shown.path)).removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): Rgb => {
    const start = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
    const [r = 0, g = 0, b = 0] = data.subarray(start, start + 3);
    return [r, g, b];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}
