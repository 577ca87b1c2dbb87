import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, LIST, ROWS, SCORES, wasm } from './testing.ts';

test('listed rows are copied one after the other', () => {
  const shape = fc.record({
    stride: fc.integer({ min: 1, max: 8 }).map((chunks) => 16 * chunks),
    list: fc.array(fc.nat(99), { maxLength: 70 }),
  });
  fc.assert(
    fc.property(shape, ({ stride, list }) => {
      const found = difference(
        (buffer) => {
          new Uint8Array(buffer, ROWS, 100 * stride).forEach((_, i, bytes) => {
            bytes[i] = (i * 31) >> 4;
          });
          new Uint32Array(buffer, LIST, list.length).set(list);
        },
        (kernels) => kernels.gatherRows(ROWS, stride, LIST, list.length, SCORES),
      );
      expect(found).toBeUndefined();
      for (const [i, row] of list.entries()) {
        const copied = new Uint8Array(wasm.memory.buffer, SCORES + i * stride, stride);
        expect(copied).toEqual(new Uint8Array(wasm.memory.buffer, ROWS + row * stride, stride));
      }
    }),
  );
});
