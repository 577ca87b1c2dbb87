import { memoise } from '../../engine/async/cached/memoise.ts';
import { chunksOf } from '../../engine/async/chunks.ts';
import type { Packing } from '../../engine/ports.ts';

/** How a packed file begins. */
const MAGIC: Readonly<Record<Packing, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
};

/** Whether this browser can; `xz` comes with code of its own. */
export function canUnpack(by: Packing): boolean {
  return by === 'xz' || 'DecompressionStream' in globalThis;
}

/** Begin to load the code that it takes. */
export function prepareUnpacking(by: Packing): void {
  if (by === 'xz') xz.get().catch(() => undefined); // `unpack` tells
}

const xz = memoise(() => import('xz-decompress'));

export interface Unpacked {
  readonly chunks: AsyncGenerator<Uint8Array, void>;
  /** Asked when reading `chunks` has failed: whether what came cannot be unpacked, or no more came. */
  isDamaged(): boolean;
}

/**
 * What comes out of a packed body, while it comes. A body that is not packed passes as it is: some servers take `.gz` for a
 * transfer encoding, which the browser has undone already.
 */
export function unpack(body: ReadableStream<Uint8Array>, by: Packing): Unpacked {
  const packed = chunksOf(body);
  let isLost = false;
  const next = () =>
    packed.next().catch((error: unknown) => {
      isLost = true;
      throw error;
    });
  const stop = async () => void (await packed.return());
  return { chunks: through(next, stop, by), isDamaged: () => !isLost };
}

type Next = () => Promise<IteratorResult<Uint8Array, void>>;

async function* through(next: Next, stop: () => Promise<void>, by: Packing): AsyncGenerator<Uint8Array, void> {
  try {
    const head = await readHead(next, MAGIC[by].length);
    const stream = streamOf(head, next, stop);
    const isPacked = MAGIC[by].every((byte, i) => head[i] === byte);
    yield* chunksOf(isPacked ? await unpacked(stream, by) : stream);
  } finally {
    await stop();
  }
}

/** The first bytes, at least so many where there are. */
async function readHead(next: Next, bytes: number): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < bytes) {
    const { done, value } = await next();
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

function streamOf(head: Uint8Array, next: Next, stop: () => Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      const { done, value } = await next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: stop,
  });
}

async function unpacked(stream: ReadableStream<Uint8Array>, by: Packing): Promise<ReadableStream<Uint8Array>> {
  if (by === 'gzip') {
    return stream.pipeThrough(new DecompressionStream('gzip') as TransformStream<Uint8Array, Uint8Array>);
  }
  const { XzReadableStream } = await xz.get();
  return new XzReadableStream(stream);
}
