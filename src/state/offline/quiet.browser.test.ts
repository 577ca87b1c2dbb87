import { createRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQuiet } from './quiet.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function start(signal = new AbortController().signal) {
  return createRoot((dispose) => {
    const quiet = createQuiet(5000);
    const done = vi.fn();
    return { quiet, done, dispose, begin: () => quiet.wait(signal).then(() => done()) };
  });
}

test('waits from the start, and from the last thing that the visitor did', async () => {
  const { done, dispose, begin } = start();
  void begin();
  await vi.advanceTimersByTimeAsync(4000);
  document.body.dispatchEvent(new KeyboardEvent('keydown'));
  await vi.advanceTimersByTimeAsync(4000);
  document.body.dispatchEvent(new Event('scroll')); // does not bubble
  await vi.advanceTimersByTimeAsync(4999);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalledOnce();
  dispose();
});

test('does not wait where nothing was done for long', async () => {
  const { done, dispose, begin } = start();
  await vi.advanceTimersByTimeAsync(6000);
  await begin();
  expect(done).toHaveBeenCalledOnce();
  dispose();
});

test('counts anew where it is told to', async () => {
  const { quiet, done, dispose, begin } = start();
  await vi.advanceTimersByTimeAsync(6000);
  quiet.restart();
  void begin();
  await vi.advanceTimersByTimeAsync(4999);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalledOnce();
  dispose();
});

test('rejects with the reason of its signal', async () => {
  const controller = new AbortController();
  const { quiet, dispose } = start();
  const waiting = expect(quiet.wait(controller.signal)).rejects.toThrow('another collection');
  controller.abort(new Error('another collection'));
  await vi.advanceTimersByTimeAsync(5000);
  await waiting;
  dispose();
});
