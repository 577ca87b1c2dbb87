import { expect, test } from 'vitest';
import { createSharedReads } from './shared-reads.ts';

/** A read that ends when it is told to. */
function createRead() {
  const signals: AbortSignal[] = [];
  let end = (_value: string) => {};
  let fail = (_error: Error) => {};
  const read = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      [end, fail] = [resolve, reject];
    });
  };
  return { signals, read, end: (value: string) => end(value), fail: (error: Error) => fail(error) };
}

test('several wait for one read, and the next one begins another', async () => {
  const reads = createSharedReads<string>();
  const { signals, read, end } = createRead();
  const waiting = [reads.get(1, read), reads.get(1, read)];
  expect(signals).toHaveLength(1);
  end('bytes');
  expect(await Promise.all(waiting)).toEqual(['bytes', 'bytes']);
  void reads.get(1, read);
  expect(signals).toHaveLength(2);
});

test('keys are read by themselves', () => {
  const reads = createSharedReads<string>();
  const { signals, read } = createRead();
  void reads.get(1, read);
  void reads.get(2, read);
  expect(signals).toHaveLength(2);
});

test('a failure reaches all who wait, and is forgotten', async () => {
  const reads = createSharedReads<string>();
  const { read, fail, signals } = createRead();
  const waiting = [reads.get(1, read), reads.get(1, read)];
  fail(new Error('away'));
  for (const one of waiting) await expect(one).rejects.toThrow('away');
  void reads.get(1, read);
  expect(signals).toHaveLength(2);
});

test('it is aborted when all have given up, and not before', async () => {
  const reads = createSharedReads<string>();
  const { read, signals, end } = createRead();
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [one, two].map(({ signal }) => reads.get(1, read, signal));
  one.abort(new Error('one'));
  await expect(waiting[0]).rejects.toThrow('one');
  expect(signals[0]?.aborted).toBe(false);
  two.abort(new Error('two'));
  await expect(waiting[1]).rejects.toThrow('two');
  expect(signals[0]?.reason).toEqual(new Error('two'));
  // Whoever asks now does not get the read that was given up.
  const again = reads.get(1, read);
  expect(signals).toHaveLength(2);
  end('bytes');
  expect(await again).toBe('bytes');
});

test('what is given up already is not begun', async () => {
  const reads = createSharedReads<string>();
  const { read, signals } = createRead();
  await expect(reads.get(1, read, AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
  expect(signals).toHaveLength(0);
});
