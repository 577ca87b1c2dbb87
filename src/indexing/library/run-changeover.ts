import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import type { Pixels } from '../../engine/ports.ts';
import type { LibraryEncoder } from './ports.ts';

/** A picture that has no vector of the new model. */
export interface LeftPicture<P> {
  readonly picture: P;
  /** Why it could not be read; undefined: it is not at hand, and its copy here is too small. */
  readonly error: AfterimageError | undefined;
}

/** What embedding a library again needs of its host. */
export interface ChangeoverPorts<P extends { readonly key: number }> {
  /** Pictures without a new vector after the key `after`, in ascending key. */
  pictures(limit: number, after: number): Promise<readonly P[]>;
  /**
   * What the vision tower takes, of the file or of a copy that is large enough; undefined where neither is at hand.
   * @throws AfterimageError `picture-unreadable`, `picture-unavailable` where the file is there and no picture
   */
  pixels(picture: P): Promise<Pixels | undefined>;
  /** Of the new model. */
  encoder(): Promise<LibraryEncoder>;
  put(vectors: readonly { readonly key: number; readonly vector: Embedding }[]): Promise<void>;
  /** Awaited before each batch: what is more urgent goes first. */
  turn(): Promise<void>;
  /** Told whenever vectors have been stored: how many, and how many pictures were left so far. */
  onProgress(stored: number, left: number): void;
}

/** What is said of the picture, and not of all of them. */
const OF_PICTURE: readonly string[] = ['picture-unreadable', 'picture-unavailable'];

interface Prepared<P> {
  readonly last: number;
  readonly ready: readonly { readonly picture: P; readonly pixels: Pixels }[];
  readonly left: readonly LeftPicture<P>[];
}

/**
 * Embed all pictures that have no new vector, in batches that are stored each by itself: whoever stops it loses the batch in
 * flight, and begins again where it was. Pictures that come meanwhile are embedded too. One batch is decoded while the one
 * before is encoded.
 * @returns the pictures that are left
 * @throws what the ports throw, and the signal's reason
 */
export async function runChangeover<P extends { readonly key: number }>(
  ports: ChangeoverPorts<P>,
  signal: AbortSignal,
): Promise<readonly LeftPicture<P>[]> {
  const left: LeftPicture<P>[] = [];
  const encoder = await ports.encoder();
  const prepare = async (after: number) => {
    await ports.turn();
    signal.throwIfAborted();
    const pictures = await ports.pictures(encoder.batchSize, after);
    return pictures.length === 0 ? undefined : prepareBatch(pictures, ports);
  };
  let last = 0;
  let next = prepare(last);
  for (;;) {
    // The end was seen before the last batch was stored: more may have come since.
    const batch = (await next) ?? (await prepare(last));
    if (!batch) return left;
    signal.throwIfAborted();
    last = batch.last;
    next = prepare(last);
    next.catch(() => undefined); // told when it is waited for
    left.push(...batch.left);
    const vectors = await encoder.encode(batch.ready.map(({ pixels }) => pixels));
    signal.throwIfAborted();
    await ports.put(batch.ready.map(({ picture: { key } }, i) => ({ key, vector: vectors[i] as Embedding }))); // one each
    ports.onProgress(batch.ready.length, left.length);
  }
}

async function prepareBatch<P extends { readonly key: number }>(
  pictures: readonly P[],
  ports: ChangeoverPorts<P>,
): Promise<Prepared<P>> {
  const read = await Promise.all(
    pictures.map(async (picture) => {
      try {
        return { picture, pixels: await ports.pixels(picture), error: undefined };
      } catch (cause) {
        const error = toAfterimageError(cause);
        if (!OF_PICTURE.includes(error.code)) throw error;
        return { picture, pixels: undefined, error };
      }
    }),
  );
  return {
    last: (pictures.at(-1) as P).key, // there is one
    ready: read.flatMap(({ picture, pixels }) => (pixels ? [{ picture, pixels }] : [])),
    left: read.flatMap(({ picture, pixels, error }) => (pixels ? [] : [{ picture, error }])),
  };
}
