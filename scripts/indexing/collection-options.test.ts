import { expect, test } from 'vitest';
import { parseCollectionOptions } from './collection-options.ts';

test('numbers that no graph can be built with are refused before anything is embedded', () => {
  const largest = { M: '256', efConstruction: '65535', efSearch: '100000' };
  expect(parseCollectionOptions(largest).hnsw).toEqual({ M: 256, efConstruction: 65_535, efSearch: 100_000 });
  expect(() => parseCollectionOptions({ M: '257' })).toThrow(/^--M takes a whole number between 2 and 256, not "257"/);
  expect(() => parseCollectionOptions({ M: '1' })).toThrow(/^--M takes/);
  expect(() => parseCollectionOptions({ efConstruction: '65536' })).toThrow(/^--efConstruction takes .* and 65535,/);
  expect(() => parseCollectionOptions({ efSearch: '0' })).toThrow(/^--efSearch takes/);
});
