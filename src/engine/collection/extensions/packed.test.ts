import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../formats/check.ts';
import { MAX_PART_BYTES, type Part } from '../types.ts';
import { packedParts } from './packed.ts';

const items: Part = { kind: 'items', path: 'items-0123456789abcdef.bin', sha256: 'a'.repeat(64), bytes: 1000 };
const graph: Part = { kind: 'graph', path: 'graph-0123456789abcdef.bin', sha256: 'b'.repeat(64), bytes: 500 };
const parts = [items, graph];

test('parts that the host has compressed say so, the others stay as they are', () => {
  const packed = { [items.path]: 100, 'other-0123456789abcdef.bin': 5 };
  expect(packedParts({ parts, extensions: { packed } })).toEqual([
    { ...items, packed: { by: 'gzip', bytes: 100 } },
    graph,
  ]);
});

test('a collection that was built before has none', () => {
  expect(packedParts({ parts })).toEqual(parts);
  expect(packedParts({ parts, extensions: { recall: 1 } })).toEqual(parts);
});

test('whatever stands there is a length or nothing', () => {
  const said = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(items.path, graph.path), fc.jsonValue()));
  fc.assert(
    fc.property(said, (packed) => {
      for (const part of packedParts({ parts, extensions: { packed: packed as Json } })) {
        const { packed: form, ...rest } = part;
        expect(parts).toContainEqual(rest);
        if (form) expect(form.bytes > 0 && form.bytes <= MAX_PART_BYTES && Number.isSafeInteger(form.bytes)).toBe(true);
      }
    }),
  );
});
