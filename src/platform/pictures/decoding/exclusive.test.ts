import { expect, test } from 'vitest';
import { createGate } from './exclusive.ts';

const soon = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('shared work runs together, lone work by itself, and failures stop nothing', async () => {
  const gate = createGate();
  let shared = 0;
  let most = 0;
  let alone = 0;
  const clashes: string[] = [];
  const share = async () => {
    shared++;
    most = Math.max(most, shared);
    if (alone > 0) clashes.push('shared beside a lone one');
    await soon(1);
    shared--;
    throw new Error('expected');
  };
  const single = async () => {
    alone++;
    if (shared > 0 || alone > 1) clashes.push('not alone');
    await soon(1);
    alone--;
    throw new Error('expected');
  };
  const done = await Promise.allSettled(
    Array.from({ length: 60 }, (_, i) => (i % 5 === 4 ? gate.alone(single) : gate.shared(share))),
  );
  expect(done.every(({ status }) => status === 'rejected')).toBe(true);
  expect(clashes).toEqual([]);
  expect(most).toBeGreaterThan(1);
  await expect(gate.shared(async () => 'after')).resolves.toBe('after');
});
