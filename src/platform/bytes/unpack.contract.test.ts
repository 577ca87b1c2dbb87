import { expect, test } from 'vitest';
import type { Packing } from '../../engine/ports.ts';
import { unpack } from './unpack.browser.ts';

const text = 'a picture, another picture and one more picture';
/** `xz --check=crc32` and `gzip -n` of it. */
const PACKED: Readonly<Record<Packing, string>> = {
  gzip: 'H4sIAAAAAAACA0tUKMhMLiktStVRSMzLL8lILYIJAPkpCvl5qQq5+UAOVBAAj/aEhy8AAAA=',
  xz: '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AAuACZdADCICgbTuDe121e1HgxwwOfrPdV5UQPHkCjTjUavRozYe2EQVoAAAAAAj/aEhwABPi8Pk5LKkEKZDQEAAAAAAVla',
};

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** A body that comes in pieces of so many bytes, and fails at its end where `lost` says how. */
function body(bytes: Uint8Array, piece: number, lost?: Error): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + piece));
      else if (lost) controller.error(lost);
      else controller.close();
      at += piece;
    },
  });
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: number[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return new TextDecoder().decode(Uint8Array.from(all));
}

for (const by of ['gzip', 'xz'] as const) {
  const packed = bytesOf(PACKED[by]);

  test.each([1, 5, 1000])(`${by} in pieces of %i bytes`, async (piece) => {
    expect(await read(unpack(body(packed, piece), by).chunks)).toBe(text);
  });

  test(`what is not ${by} passes as it is`, async () => {
    for (const plain of [text, 'a', '']) {
      expect(await read(unpack(body(new TextEncoder().encode(plain), 3), by).chunks)).toBe(plain);
    }
  });

  test(`${by} that is cut off or changed is damaged`, async () => {
    const middle = Math.floor(packed.length / 2);
    for (const wrong of [packed.slice(0, -5), packed.slice(0, 20), packed.with(middle, (packed[middle] ?? 0) ^ 255)]) {
      const { chunks, isDamaged } = unpack(body(wrong, 7), by);
      await expect(read(chunks)).rejects.toThrow();
      expect(isDamaged()).toBe(true);
    }
  });

  test(`${by} that stops coming is not damaged`, async () => {
    const { chunks, isDamaged } = unpack(body(packed.slice(0, 20), 7, new Error('connection lost')), by);
    await expect(read(chunks)).rejects.toThrow('connection lost');
    expect(isDamaged()).toBe(false);
  });
}
