import { beforeEach, expect, test } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import type { ReadOptions } from '../../engine/ports.ts';
import type { HttpSource } from './http-source.browser.ts';
import { type PausableSource, pausable } from './pausable.browser.ts';

const expected = { sha256: '0'.repeat(64), bytes: 3 };
const TOWER = 'models/mini/onnx/text_model.onnx';
const bytes = Uint8Array.of(1, 2, 3);

interface Download {
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  finish(): void;
  fail(error: unknown): void;
}

let downloads: Download[] = [];
let source: PausableSource;

beforeEach(() => {
  downloads = [];
  const read = (path: string, _expected: unknown, { signal }: ReadOptions = {}) =>
    new Promise<Uint8Array>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      downloads.push({ path, signal, finish: () => resolve(bytes), fail: reject });
    });
  source = pausable({ read } as unknown as HttpSource);
});

test('what is paused is stopped, and begun again when it goes on', async () => {
  const read = source.read(TOWER, expected);
  await expect.poll(() => downloads.length).toBe(1);
  source.pause();
  expect(downloads[0]?.signal?.aborted).toBe(true);
  const later = source.read('assets/onnxruntime-wasm-0123456789abcdef.wasm', expected);
  await Promise.resolve();
  expect(downloads).toHaveLength(1);
  source.resume();
  await expect.poll(() => downloads.length).toBe(3);
  for (const { finish } of downloads) finish();
  expect(await Promise.all([read, later])).toEqual([bytes, bytes]);
});

test.each(['collections/demo/items-0123456789abcdef.bin', 'collections/demo/blocks-0123456789abcdef.bin'])(
  '%s is read all the same: it is for looking at pictures',
  async (path) => {
    source.pause();
    const read = source.read(path, expected);
    await expect.poll(() => downloads.length).toBe(1);
    downloads[0]?.finish();
    expect(await read).toEqual(bytes);
  },
);

test('failures and whoever reads no longer are told as ever', async () => {
  const failing = source.read(TOWER, expected);
  await expect.poll(() => downloads.length).toBe(1);
  downloads[0]?.fail(new AfterimageError('network', 'Away.'));
  await expect(failing).rejects.toMatchObject({ code: 'network' });

  const controller = new AbortController();
  const impatient = source.read(TOWER, expected, { signal: controller.signal });
  await expect.poll(() => downloads.length).toBe(2);
  controller.abort(new Error('no longer wanted'));
  await expect(impatient).rejects.toThrow('no longer wanted');

  source.pause();
  const paused = source.read(TOWER, expected, { signal: AbortSignal.abort(new Error('never wanted')) });
  source.resume();
  await expect(paused).rejects.toThrow('never wanted');
});
