/** What runs in a thread that decodes HEIC for Node. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import { Refusal } from '../refusal.ts';
import { createHeicDecoder, type HeicPicture } from './heic.ts';
import { type CreateLibheif, type Libheif, prepareLibheif } from './libheif.ts';

/** A thread answers one request after the other, in their order. */
export type HeicAnswer =
  | { readonly picture: HeicPicture }
  /** A sentence for a person. */
  | { readonly refusal: string }
  | { readonly failure: string };

export async function serveHeic(port: MessagePort): Promise<void> {
  const decode = createHeicDecoder(await loadLibheif());
  port.on('message', (bytes: Uint8Array) => {
    const answer = answerOf(() => decode(bytes));
    port.postMessage(answer, 'picture' in answer ? [answer.picture.rgba.buffer] : []);
  });
}

function answerOf(decode: () => HeicPicture): HeicAnswer {
  try {
    return { picture: decode() };
  } catch (error) {
    return error instanceof Refusal ? { refusal: error.message } : { failure: String(error) };
  }
}

/** Instances of libheif. */
export async function loadLibheif(): Promise<() => Libheif> {
  const require = createRequire(import.meta.url);
  const create = require('libheif-js/libheif-wasm/libheif.js') as CreateLibheif;
  const bytes = await readFile(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  return prepareLibheif(create, Uint8Array.from(bytes));
}
