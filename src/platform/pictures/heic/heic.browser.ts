/// <reference path="virtual-libheif.d.ts" />
import { libheif } from 'virtual:libheif';
import { memoise } from '../../../engine/async/cached/memoise.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { download } from '../../bytes/download.browser.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { createHeicDecoder, type HeicPicture, refuseByHeader } from './heic.ts';
import { type CreateLibheif, prepareLibheif } from './libheif.ts';

/** Null where the browser itself can, or may be able to: Safari does. */
let decoder: ReturnType<typeof createHeicDecoder> | null = null;

/**
 * Decode HEIC, by the browser where it can, else by libheif, which is loaded then. It blocks its thread meanwhile.
 * @throws Refusal why the picture is not read; AfterimageError `part-missing`, `part-corrupt`, `offline`, `network` where
 *   libheif could not be loaded
 */
export async function decodeHeicInBrowser(bytes: Uint8Array<ArrayBuffer>): Promise<HeicPicture> {
  refuseByHeader(bytes);
  if (decoder === null) {
    const native = await decodeNatively(bytes).catch(() => undefined);
    if (native) return native;
  }
  const decode = await loadDecoder.get();
  const picture = decode(bytes);
  // What libheif can and the browser cannot says that the browser never can.
  decoder = decode;
  return picture;
}

async function decodeNatively(bytes: Uint8Array<ArrayBuffer>): Promise<HeicPicture> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/heic' }));
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      colorSpace: 'srgb',
      willReadFrequently: true,
    });
    if (!context) throw new Error('no canvas of this size');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height, { colorSpace: 'srgb' });
    return { width, height, rgba: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}

const loadDecoder = memoise(async () => {
  const { start, wasm } = libheif;
  const [bytes, { default: create }] = await Promise.all([
    download(wasm.url, 'libheif', wasm.bytes, 'default', {}),
    importModule(start),
  ]);
  if (!bytes || (await sha256(bytes)) !== wasm.sha256) {
    throw new AfterimageError('part-corrupt', 'The decoder of HEIC is not the file that belongs to this site.');
  }
  return createHeicDecoder(await prepareLibheif(create, Uint8Array.from(bytes)));
});

async function importModule(url: string): Promise<{ default: CreateLibheif }> {
  try {
    return (await import(/* @vite-ignore */ url)) as { default: CreateLibheif };
  } catch (error) {
    throw new AfterimageError('network', 'The decoder of HEIC could not be loaded.', { cause: error });
  }
}
