import { expect, test, vi } from 'vitest';
import { chunksOf } from './chunks.ts';

function streamOf(chunks: readonly number[], cancel = () => {}): ReadableStream<Uint8Array> {
  const remaining = chunks.values();
  return new ReadableStream({
    pull(controller) {
      const next = remaining.next();
      if (next.done) controller.close();
      else controller.enqueue(Uint8Array.of(next.value));
    },
    cancel,
  });
}

test('gives every chunk in order, to the end', async () => {
  const seen: number[] = [];
  for await (const chunk of chunksOf(streamOf([1, 2, 3]))) seen.push(...chunk);
  expect(seen).toEqual([1, 2, 3]);
});

test('whoever stops early cancels the stream', async () => {
  const cancel = vi.fn();
  for await (const chunk of chunksOf(streamOf([1, 2, 3], cancel))) if (chunk[0] === 2) break;
  expect(cancel).toHaveBeenCalledOnce();
});

test('throws what the stream fails with', async () => {
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('cut off')) });
  await expect(chunksOf(stream).next()).rejects.toThrow('cut off');
});
