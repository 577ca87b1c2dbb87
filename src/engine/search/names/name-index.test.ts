import { expect, test } from 'vitest';
import { createTestItems } from '../../collection/items/testing-items.ts';
import { hasBit } from '../../index/bitset.ts';
import { parseBox } from '../../query/box/read-box.ts';
import { createNameIndex } from './name-index.ts';

const NAMES: readonly (readonly [name: string, title: string | null])[] = [
  ['2023/BeachDay_02.JPG', null],
  ['dogs/x1.png', 'Dogs on the beach'],
  ['a.png', 'A dog'],
  ['cat-and-dog.webp', null],
  ['b.png', '赤い犬の写真'],
  ['Glass bus.png', null],
  ['café.png', null],
];
const items = createTestItems(NAMES.length, (row) => ({ name: NAMES[row]?.[0] ?? '', title: NAMES[row]?.[1] ?? null }));

async function find(text: string): Promise<number[]> {
  const bits = (await createNameIndex(items)).find(parseBox(text));
  return NAMES.flatMap((_, row) => (bits && hasBit(bits, row) ? [row] : []));
}

test.each<[string, readonly number[]]>([
  ['beach', [0, 1]],
  ['day', [0]],
  ['02', [0]],
  ['jpg', []],
  ['2023', []],
  ['dog', [1, 2, 3]],
  ['dogs', [1, 2, 3]],
  ['a photo of a dog at the beach', [1]],
  ['dog beach', [1]],
  ['dog "beach day"', [0, 1, 2, 3]],
  ['dog -cat', [1, 2]],
  ['-cat', []],
  ['beac', []],
  ['犬', [4]],
  ['glasses', [5]],
  ['buses', [5]],
  ['cafe\u0301', [6]],
  ['the', [1]],
  ['type:png', []],
  ['constructor', []],
])('the names that have %j', async (text, rows) => expect(await find(text)).toEqual(rows));

test('counts the texts that a name has', async () => {
  const index = await createNameIndex(items);
  const query = parseBox('dog "beach"');
  expect([0, 1, 2].map((row) => index.matches(query, row))).toEqual([1, 2, 1]);
});

test('reads all of a large collection', async () => {
  const many = createTestItems(2300, (row) => ({ name: `${row % 100 === 0 ? 'rocket' : 'tree'}.png`, title: null }));
  const bits = (await createNameIndex(many)).find(parseBox('rocket'));
  expect(Array.from({ length: 2300 }, (_, row) => row).filter((row) => bits && hasBit(bits, row))).toEqual(
    Array.from({ length: 23 }, (_, i) => 100 * i),
  );
});
