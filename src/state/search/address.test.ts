import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, formatAddress, MAX_QUERY, parseAddress, VIEWS } from './address.ts';

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
const name = fc.option(text.filter((value) => value !== ''));

const addresses: fc.Arbitrary<Address> = fc.record({
  query: text,
  collection: name,
  view: fc.constantFrom(...VIEWS),
  item: name,
  device: fc.constantFrom('auto', 'webgpu', 'wasm'),
  index: fc.constantFrom('auto', 'hnsw', 'exact'),
  threads: fc.option(fc.integer({ min: 1, max: 16 })),
});

describe('address', () => {
  it('survives the way into a link and back', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  it('is empty for the first screen', () => {
    expect(formatAddress(parseAddress(''))).toBe('');
  });

  it('reads what a person or a search box writes', () => {
    expect(parseAddress('?q=red+fire%20engine&c=demo').query).toBe('red fire engine');
  });

  it('takes no more of a query than the field', () => {
    expect(parseAddress(`?q=${'x'.repeat(9000)}`).query).toHaveLength(MAX_QUERY);
  });

  it('takes any text for a query string, and falls back on unknown values', () => {
    fc.assert(fc.property(text, (search) => VIEWS.includes(parseAddress(search).view)));
    expect(parseAddress('?view=nonsense&device=tpu&index=&p=')).toEqual(parseAddress(''));
  });
});
