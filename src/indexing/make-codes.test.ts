import { expect, test } from 'vitest';
import { storeVectors } from '../engine/collection/stored-vectors.ts';
import { clusteredVectors, flatten } from '../engine/test-vectors.ts';
import { makeCodes } from './make-codes.ts';

const [COUNT, DIM] = [3000, 64];
const vectors = storeVectors(flatten(clusteredVectors(COUNT, DIM), DIM), DIM, 'int8');

test('each step says how far it is, from nothing to all', async () => {
  const said = new Map<string, number[]>();
  const { order } = await makeCodes(
    vectors,
    (task, done, total) => {
      expect(total).toBe(COUNT);
      said.set(task, [...(said.get(task) ?? []), done]);
    },
    new AbortController().signal,
  );
  expect([...said.keys()]).toEqual(['Learning codes', 'Codes', 'Order']);
  for (const done of said.values()) {
    expect([done[0], done.at(-1)]).toEqual([0, COUNT]);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
  }
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: COUNT }, (_, row) => row));
});

test.each(['Learning codes', 'Codes', 'Order'])('%s stops when it is told to, before it is done', async (task) => {
  const controller = new AbortController();
  const said: string[] = [];
  const made = makeCodes(
    vectors,
    (name, done) => {
      said.push(`${name} ${done}`);
      if (name === task) controller.abort(new Error('stopped'));
    },
    controller.signal,
  );
  await expect(made).rejects.toThrow('stopped');
  expect(said.at(-1)).toBe(`${task} 0`);
});
