import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copiesAmong, isForAll, numberOf, pairFiles } from './pair-files.ts';

test.each([
  ['img_emb_0.npy', '0'],
  ['/a/b12/img_emb_007.npy', '7'],
  ['metadata_10.parquet', '10'],
  ['00000.npy', '0'],
  ['img_emb_0 (1).npy', '0'],
  ['img_emb_3(2).npy', '3'],
  ['metadata_4 - Copy.parquet', '4'],
  ['metadata_4 copy 2.parquet', '4'],
  ['part-00012-0c1e4b4b-1f7a-4c1c-9d4e-3f6a7d0b5c11-c000.snappy.parquet', '12'],
  ['part.3.parquet', '3'],
  ['train-00001-of-00004.parquet', '1'],
  ['train-00001-of-00004-a1b2c3d4e5f60718.parquet', '1'],
  ['99999999999999999999.npy', '99999999999999999999'],
  ['img_emb_5_fp16.npy', '5'],
  ['embeddings.npy', undefined],
])('the number of %s is %s', (path, number) => {
  expect(numberOf(path)).toBe(number);
});

test('arrays and tables are paired by number, whatever their order and their zeros', () => {
  expect(pairFiles(['img_emb_2.npy', 'img_emb_10.npy'], ['metadata_010.parquet', 'metadata_002.parquet'])).toEqual({
    pairs: [
      { array: 'img_emb_2.npy', table: 'metadata_002.parquet' },
      { array: 'img_emb_10.npy', table: 'metadata_010.parquet' },
    ],
  });
  expect(pairFiles(['img_emb_0.npy', 'img_emb_1.npy'], ['part-00000-ab.parquet', 'part-00001-ab.parquet'])).toEqual({
    pairs: [
      { array: 'img_emb_0.npy', table: 'part-00000-ab.parquet' },
      { array: 'img_emb_1.npy', table: 'part-00001-ab.parquet' },
    ],
  });
});

test('the number is that in which the names of a series differ', () => {
  const pairing = pairFiles(['0_vit-b-32.npy', '1_vit-b-32.npy'], ['2024_shard_1.csv', '2024_shard_0.csv']);
  expect(pairing).toEqual({
    pairs: [
      { array: '0_vit-b-32.npy', table: '2024_shard_0.csv' },
      { array: '1_vit-b-32.npy', table: '2024_shard_1.csv' },
    ],
  });
});

test('files of equal names need no number', () => {
  expect(pairFiles(['cats.npy', 'dogs.npy'], ['dogs.csv', 'cats.csv'])).toEqual({
    pairs: [
      { array: 'cats.npy', table: 'cats.csv' },
      { array: 'dogs.npy', table: 'dogs.csv' },
    ],
  });
});

test.each<[string, string[], string[], RegExp]>([
  [
    'another number',
    ['img_emb_0.npy', 'img_emb_2.npy'],
    ['metadata_0.parquet', 'metadata_1.parquet'],
    /^img_emb_2\.npy has no table, metadata_1\.parquet has no array$/,
  ],
  ['a table too few', ['a_0.npy', 'a_1.npy'], ['b_1.csv'], /^a_0\.npy has no table$/],
  ['a table too many', ['a_0.npy'], ['b_0.csv', 'b_1.csv'], /^b_1\.csv has no array$/],
  ['an array twice', ['a_0.npy', 'a_0 (1).npy'], ['b_0.csv', 'b_1.csv'], /a_0\.npy and a_0 \(1\)\.npy have the same/],
  ['a table twice', ['a_0.npy', 'a_1.npy'], ['b_0.csv', 'b_00.csv'], /b_0\.csv and b_00\.csv have the same number/],
  ['no number', ['cats.npy', 'dogs.npy'], ['a.csv', 'b.csv'], /^cats\.npy has no number/],
])('what does not pair is named: %s', (_what, arrays, tables, problem) => {
  expect(pairFiles(arrays, tables)).toEqual({ problem: expect.stringMatching(problem) });
});

test.each<[string, string[], boolean]>([
  ['all.csv', ['img_emb_0.npy', 'img_emb_1.npy'], true],
  ['names_2024.csv', ['img_emb_0.npy', 'img_emb_1.npy'], true],
  ['names_1.csv', ['img_emb_0.npy', 'img_emb_1.npy'], false],
  ['metadata_7.parquet', ['img_emb_0.npy', 'img_emb_1.npy'], false],
  ['metadata_0.parquet', ['img_emb_0.npy'], true],
  ['metadata_1.parquet', ['img_emb_2.npy'], false],
  ['metadata_1.parquet', ['vit-b-32.npy'], true],
  ['names_1.csv', ['rows-12.npy'], true],
])('%s alone with %j: for all of them is %s', (table, arrays, expected) => {
  expect(isForAll(table, arrays)).toBe(expected);
});

test('a file that was downloaded twice is found', () => {
  expect(copiesAmong(['/x/img_emb_0.npy', '/x/img_emb_0 (1).npy'])).toEqual(['img_emb_0.npy', 'img_emb_0 (1).npy']);
  expect(copiesAmong(['img_emb_0.npy', 'img_emb_1.npy'])).toBeUndefined();
});

test('pairs have one number, and none is left over or taken twice', () => {
  const names = (prefix: string) =>
    fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 8 }).map((numbers) => numbers.map((one) => `${prefix}${one}.x`));
  fc.assert(
    fc.property(names('img_emb_'), names('metadata_'), (arrays, tables) => {
      const pairing = pairFiles(arrays, tables);
      const isSame =
        new Set([...arrays, ...tables].map(numberOf)).size === arrays.length && arrays.length === tables.length;
      expect('pairs' in pairing).toBe(isSame);
      if (!('pairs' in pairing)) return;
      for (const { array, table } of pairing.pairs) expect(numberOf(array)).toBe(numberOf(table));
      expect(new Set(pairing.pairs.map(({ table }) => table)).size).toBe(tables.length);
    }),
  );
});

test('any name has a number or none, however long it is', () => {
  fc.assert(fc.property(fc.string(), (name) => numberOf(name) === undefined || /^\d+$/.test(numberOf(name) ?? '')));
  expect(numberOf(`${' ('.repeat(2000)}x.npy`)).toBeUndefined();
  expect(numberOf(`${'1'.repeat(4000)}x.npy`)).toBeUndefined();
});
