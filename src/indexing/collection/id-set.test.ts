import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdSet } from './id-set.ts';

const id = fc
  .tuple(fc.constantFrom('00000000', 'ffffffff', '0000002a'), fc.nat(3000))
  .map(([high, low]) => high + low.toString(16).padStart(8, '0'));

test('holds what was added, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 4000 }), fc.array(id, { maxLength: 50 }), (added, others) => {
      const set = createIdSet();
      const right = new Set<string>();
      for (const one of added) {
        expect(set.has(one)).toBe(right.has(one));
        set.add(one);
        right.add(one);
      }
      for (const one of [...added, ...others]) expect(set.has(one)).toBe(right.has(one));
    }),
    { numRuns: 30 },
  );
  const many = createIdSet();
  for (let i = 0; i < 20_000; i++) many.add(((i * 0x9e3779b1) >>> 0).toString(16).padStart(16, '0'));
  for (let i = 0; i < 20_000; i++) expect(many.has(((i * 0x9e3779b1) >>> 0).toString(16).padStart(16, '0'))).toBe(true);
  expect(many.has('123456789abcdef0')).toBe(false);
});
