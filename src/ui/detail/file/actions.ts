import type { Item, PictureSource } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { mayOpen, type Version, versionsOf, withUrl } from './picture-file.ts';

/** Programs take as large a picture from the clipboard, and it stays below what canvases of phones hold. */
const MAX_COPIED_PX = 4096;
/** A download, and a tab that was opened, have read their picture by then. */
const KEEP_MS = 60_000;

/** Save the sharpest version as a file. @returns the version */
export async function download(source: PictureSource, item: Item): Promise<Version> {
  for await (const version of versionsOf(source, item)) {
    await withUrl(version.picture, (url) => clickLink({ href: url, download: version.name }), KEEP_MS);
    return version;
  }
  throw notHere();
}

/** Show the original by itself, in a new tab. */
export async function openOriginal(source: PictureSource, item: Item): Promise<void> {
  const original = await source.picture(item, 'original');
  if (!original) throw new AfterimageError('picture-unavailable', 'The original is not at hand.');
  if (!mayOpen(original)) {
    throw new AfterimageError(
      'picture-unavailable',
      'A browser may not be able to show this file by itself. Download it.',
    );
  }
  await withUrl(original, (url) => clickLink({ href: url, target: '_blank', rel: 'noopener' }), KEEP_MS);
}

/** Put the sharpest version that the browser can show onto the clipboard, as a PNG. To be called while a click is handled. */
export async function copyPicture(source: PictureSource, item: Item): Promise<void> {
  // Safari asks for the promise: it takes nothing that comes later than the click.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': toPng(source, item) })]);
}

async function toPng(source: PictureSource, item: Item): Promise<Blob> {
  for await (const { picture } of versionsOf(source, item)) {
    const png = await withUrl(picture, drawPng).catch(() => undefined);
    if (png) return png;
  }
  throw notHere();
}

async function drawPng(url: string): Promise<Blob> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, MAX_COPIED_PX / Math.max(naturalWidth, naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(naturalHeight * scale));
  const context = canvas.getContext('2d');
  if (!context) throw notHere();
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(notHere())), 'image/png'),
  );
}

/** In the dialog: what lies outside of a modal one cannot be clicked. */
function clickLink(attributes: Readonly<Record<string, string>>): void {
  const link = document.createElement('a');
  for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value);
  link.hidden = true;
  (document.querySelector('dialog[open]') ?? document.body).append(link);
  link.click();
  link.remove();
}

function notHere(): AfterimageError {
  return new AfterimageError('picture-unavailable', 'No version of this picture could be read.');
}
