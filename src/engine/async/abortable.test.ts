import { expect, test, vi } from 'vitest';
import { abortable } from './abortable.ts';

test('without a signal, or with one that is never aborted, it is the promise', async () => {
  const { signal } = new AbortController();
  expect(await abortable(Promise.resolve(1), undefined)).toBe(1);
  expect(await abortable(Promise.resolve(2), signal)).toBe(2);
  await expect(abortable(Promise.reject(new Error('Gone.')), signal)).rejects.toThrow('Gone.');
});

test.each(['before', 'while it waits'])('an abort %s ends the wait with its reason', async (when) => {
  const controller = new AbortController();
  const reason = new Error('Another was asked for.');
  if (when === 'before') controller.abort(reason);
  const waiting = abortable(new Promise(() => {}), controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('a failure that comes after the abort is nobody’s', async () => {
  const controller = new AbortController();
  let fail = (_: Error) => {};
  const promise = new Promise((_, reject) => {
    fail = reject;
  });
  const waiting = abortable(promise, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  fail(new Error('Late.')); // Vitest fails on a rejection that nobody handles.
  await new Promise((resolve) => setTimeout(resolve));
});

test('listens no longer than it waits', async () => {
  const { signal } = new AbortController();
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  await abortable(Promise.resolve(), signal);
  await new Promise((resolve) => setTimeout(resolve));
  expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
});
