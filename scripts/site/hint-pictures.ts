import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packedParts } from '../../src/engine/collection/extensions/packed.ts';
import { parseCollectionList, parseManifest } from '../../src/engine/collection/manifest.ts';
import { packedPath } from '../../src/engine/ports.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';

const BOOT = /<script src="([^"]*)boot\.js"/;

/**
 * Name in `index.html` the list of pictures that a first visit opens, for `boot.js` to ask for at once: over a slow line it
 * takes a second, and the page would come to know of it two round trips after its scripts.
 * @param out folder of a built site with its collections
 */
export async function hintPictures(out: string): Promise<void> {
  const path = await firstPictures(join(out, 'collections')).catch(() => undefined); // the page says what is wrong there
  if (path === undefined) return;
  const page = join(out, 'index.html');
  const html = await readFile(page, 'utf8');
  await writeFile(page, html.replace(BOOT, `<script data-pictures="$1collections/${path}" src="$1boot.js"`));
}

/** The page of a site that is served with collections other than those it was built with. */
export function withoutHint(html: string): string {
  return html.replace(/ data-pictures="[^"]*"/, '');
}

/** Path below `collections/`; undefined where it is not one file that is read as a whole. */
async function firstPictures(folder: string): Promise<string | undefined> {
  const [first] = parseCollectionList(await readFile(join(folder, 'index.json'), 'utf8')).collections;
  if (!first) return undefined;
  const manifest = parseManifest(await readFile(join(folder, first.name, 'manifest.json'), 'utf8'), sha256);
  const parts = packedParts(await manifest);
  const [items, ...more] = parts.filter(({ kind }) => kind === 'items');
  if (!items || more.length > 0 || parts.some(({ kind }) => kind === 'blocks')) return undefined;
  return `${encodeURIComponent(first.name)}/${items.packed ? packedPath(items.path, items.packed) : items.path}`;
}
