/** HEIC and HEIF, as phones write them: decoded by libheif, the same in Node and in a browser. Untrusted bytes. */
import { toSrgb } from '../colour/colour.ts';
import { MAX_PIXELS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { endsInZeros, type HeicHeader, heicHeader } from './heic-header.ts';
import type { Context, Handle, Libheif, LibheifError, LibheifImage } from './libheif.ts';

export { isHeic } from './heic-header.ts';

/** As a person sees it: turned as its container says, in sRGB. */
export interface HeicPicture {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel; transparency is not multiplied in. */
  readonly rgba: Uint8Array<ArrayBuffer>;
}

/** Kinds of errors of libheif that do not say that the file is damaged. */
const UNSUPPORTED = [3, 4];
const NO_MEMORY = 6;
const NO_ROOM = 'The picture is too large for the memory that its decoder may use.';

/** Memory of WebAssembly never shrinks: after a picture of more pixels a new instance takes the place of the old one. */
const MANY_PIXELS = 64e6;

/**
 * A function that decodes the picture that a file is shown as: of a burst or a sequence the one that stands for it.
 * It throws a `Refusal` that says why a picture is not read.
 * @param create makes instances of libheif
 */
export function createHeicDecoder(create: () => Libheif): (bytes: Uint8Array) => HeicPicture {
  let libheif: Libheif | undefined;
  return (bytes) => {
    const header = refuseByHeader(bytes);
    libheif ??= create();
    const { width, height, rgba } = orRefusal(bytes, libheif, () => {
      libheif = undefined;
    });
    if (width * height > MANY_PIXELS) libheif = undefined;
    return { width, height, rgba: header?.colour ? toSrgb(rgba, 255, header.colour, 4) : rgba };
  };
}

/** What the file says of its picture. @throws Refusal where that has more pixels than are read, or lacks some */
export function refuseByHeader(bytes: Uint8Array): HeicHeader | undefined {
  const header = heicHeader(bytes);
  if (header && header.width * header.height > MAX_PIXELS) {
    throw new Refusal(`The picture has more than ${Math.floor(MAX_PIXELS / 1e6)} megapixels, the most that is read.`);
  }
  if (endsInZeros(bytes)) throw new Refusal('The picture is damaged: the end of its pixels is all zeros.');
  return header;
}

/** @param onBroken told when the instance is of no use any more: whatever throws within may have left it in disorder */
function orRefusal(bytes: Uint8Array, libheif: Libheif, onBroken: () => void): HeicPicture {
  try {
    return withPrimary(bytes, libheif, (handle) => rgbaOf(handle, libheif));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    onBroken();
    const hasMemory = !/memory|OOM|allocation/i.test(String(error));
    throw new Refusal(hasMemory ? 'The picture is damaged: its decoder failed.' : NO_ROOM, { cause: error });
  }
}

function withPrimary<T>(bytes: Uint8Array, libheif: Libheif, use: (handle: Handle) => T): T {
  const context = libheif.heif_context_alloc();
  if (!context) throw new Error('libheif gave no context');
  try {
    refuse(libheif.heif_context_read_from_memory(context, bytes));
    const handle = libheif.heif_js_context_get_primary_image_handle(context);
    if (!handle) throw new Refusal('It is a HEIC file without a still picture, which is not read.');
    if (isError(handle)) throw refusalOf(handle);
    try {
      return use(handle);
    } finally {
      libheif.heif_image_handle_release(handle);
    }
  } finally {
    libheif.heif_context_free(context as Context);
  }
}

function rgbaOf(handle: Handle, libheif: Libheif): HeicPicture {
  const { heif_colorspace, heif_chroma, heif_channel } = libheif;
  const isPremultiplied = libheif.heif_image_handle_is_premultiplied_alpha(handle) !== 0;
  const image = libheif.heif_js_decode_image2(
    handle,
    heif_colorspace.heif_colorspace_RGB,
    heif_chroma.heif_chroma_interleaved_RGBA,
  );
  if (isError(image)) throw refusalOf(image);
  try {
    const channel = image.channels.find(({ id }) => id === heif_channel.heif_channel_interleaved);
    if (!channel) throw new Refusal('It is a HEIC file with pixels of a kind that is not read.');
    const rgba = pack(channel);
    if (isPremultiplied) divide(rgba);
    return { width: channel.width, height: channel.height, rgba };
  } finally {
    libheif.heif_image_release(image.image);
  }
}

/** Lines one after the other. */
function pack({ width, height, stride, data }: LibheifImage['channels'][number]): Uint8Array<ArrayBuffer> {
  if (stride === 4 * width) return Uint8Array.from(data.subarray(0, stride * height));
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) rgba.set(data.subarray(y * stride, y * stride + 4 * width), 4 * width * y);
  return rgba;
}

/** Colours that transparency is multiplied into. */
function divide(rgba: Uint8Array): void {
  for (let i = 0; i + 3 < rgba.length; i += 4) {
    const alpha = rgba[i + 3] as number;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) rgba[c] = Math.min(255, Math.round((255 * (rgba[c] as number)) / alpha));
  }
}

function refuse(result: LibheifError): void {
  if (result.code.value !== 0) throw refusalOf(result);
}

function isError(result: object): result is LibheifError {
  return 'code' in result && result.code !== undefined;
}

function refusalOf({ code, message }: LibheifError): Refusal {
  // Behind the kind of error; only what can be shown.
  const words = message
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
  if (code.value === NO_MEMORY) return new Refusal(NO_ROOM);
  if (UNSUPPORTED.includes(code.value)) return new Refusal(`It is a HEIC file of a kind that is not read: ${words}`);
  return new Refusal(`The picture is damaged: ${words}`);
}
