/** What is used of libheif, as `libheif-js` hands it out (https://github.com/strukturag/libheif, LGPL-3.0). */

/** Something that went wrong: `code` is an object, 0 is none. */
export interface LibheifError {
  readonly code: { readonly value: number };
  readonly message: string;
}

export type Handle = { readonly __handle: unique symbol };
export type Context = { readonly __context: unique symbol };

export interface LibheifImage {
  /** Opaque; to be released. */
  readonly image: unknown;
  readonly width: number;
  readonly height: number;
  readonly channels: readonly {
    readonly id: unknown;
    readonly width: number;
    readonly height: number;
    /** Bytes of a line. */
    readonly stride: number;
    readonly data: Uint8Array;
  }[];
}

export interface Libheif {
  heif_get_version(): string;
  heif_context_alloc(): Context | null;
  heif_context_free(context: Context): void;
  /** It copies the bytes. */
  heif_context_read_from_memory(context: Context, bytes: Uint8Array): LibheifError;
  heif_js_context_get_primary_image_handle(context: Context): Handle | LibheifError | null;
  heif_image_handle_release(handle: Handle): void;
  heif_image_handle_is_premultiplied_alpha(handle: Handle): number;
  heif_js_decode_image2(handle: Handle, colorspace: unknown, chroma: unknown): LibheifImage | LibheifError;
  heif_image_release(image: unknown): void;
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  readonly heif_channel: { readonly heif_channel_interleaved: unknown };
}

/** What is used of a host's WebAssembly, which not every library of types knows. */
interface WasmApi {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

/** libheif's own function that makes an instance; it takes a compiled module in the place of the bytes. */
export type CreateLibheif = (options: {
  /** What it writes to a console: words about damaged files. */
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (imports: object, done: (instance: object, module: object) => void) => object;
}) => Libheif;

/**
 * A function that makes instances of libheif. One that has failed within is not used again; and memory of WebAssembly never
 * shrinks.
 */
export async function prepareLibheif(create: CreateLibheif, bytes: Uint8Array<ArrayBuffer>): Promise<() => Libheif> {
  const module = await wasm.compile(bytes);
  return () =>
    create({
      print: () => {},
      printErr: () => {},
      instantiateWasm(imports, done) {
        const instance = new wasm.Instance(module, imports);
        done(instance, module);
        return instance.exports;
      },
    });
}
