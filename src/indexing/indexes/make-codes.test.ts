import { expect, test } from 'vitest';
import { type Int8Vectors, storeVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { createCodeRows } from '../../engine/index/codes/code-rows.ts';
import { createCodesIndex } from '../../engine/index/codes/codes-index.ts';
import { readCodeHeader } from '../../engine/index/codes/section.ts';
import { createInt8Rows } from '../../engine/index/quantised/int8-rows.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
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

test.each([
  ['a single picture', 1],
  ['pictures that are all the same', 3],
])('%s: codes see all that there is to see', async (_, count) => {
  const [one] = clusteredVectors(1, DIM) as [Embedding];
  const same = storeVectors(
    flatten(
      Array.from({ length: count }, () => one),
      DIM,
    ),
    DIM,
    'int8',
  );
  const { order, codes, shape } = await makeCodes(same, () => {}, new AbortController().signal);
  expect(shape).toMatchObject({ width: 64, bits: 4 });
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
  const section = readCodeHeader(codes, same);
  const held = createCodeRows({ ...shape, count });
  held.put(0, codes.subarray(section.bytes));
  const vectors = createInt8Rows({ dim: DIM, count, centre: (same as Int8Vectors).centre });
  const index = createCodesIndex({ code: section.code, codes: held, vectors });
  const hits = index.search(one, { k: 5 });
  expect(hits.map(({ row }) => row)).toEqual([...order.toSorted()]);
  for (const { similarity } of hits) expect(similarity).toBeCloseTo(1, 3); // estimates, as no vector is there
});
