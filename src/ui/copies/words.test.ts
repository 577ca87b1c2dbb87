import { expect, test } from 'vitest';
import type { Item } from '../../engine/collection/types.ts';
import { factsText, foundText, keepText, thresholdText, unhashedText } from './words.ts';

const item: Item = {
  ...{ id: '0123456789abcdef', name: 'a.jpg', title: null, licence: null, thumbnail: null, preview: null },
  ...{ width: 4000, height: 3000, bytes: 3_200_000, date: '2024-05-01T10:00:00' },
};

test('why one of several is the one to keep', () => {
  expect(keepText(['pixels'], item)).toBe('largest, 4,000 × 3,000');
  expect(keepText(['pixels', 'bytes', 'taken', 'earliest'], item)).toBe('largest, 4,000 × 3,000; original date');
  expect(keepText(['taken', 'earliest'], item)).toBe('original date');
  expect(keepText(['bytes'], item)).toBe('largest file, 3.2 MB');
  expect(keepText(['earliest'], item)).toContain('May 1, 2024');
  expect(keepText(['earliest'], { ...item, date: null })).toBe('earliest');
});

test('what is known of a picture', () => {
  expect(factsText(item)).toBe('4,000 × 3,000, 3.2 MB');
  expect(factsText({ ...item, width: 0, height: 0, bytes: 0 })).toBe('');
});

test('what was found', () => {
  const group = { rows: [1, 2], ids: ['a', 'b'], reasons: ['alike'] as const };
  expect(foundText('near', { groups: [group], pictures: 1594, unhashed: 0, hashedOnly: 0 })).toBe(
    '1 group of 2 pictures, out of 1,594.',
  );
  expect(foundText('exact', { groups: [], pictures: 2, unhashed: 0, hashedOnly: 0 })).toBe(
    'No two pictures have the same content.',
  );
  expect(thresholdText('near', 0.985)).toBe('a likeness of at least 98.5 %');
  expect(thresholdText('near', 0.98)).toBe('a likeness of at least 98 %');
  expect(thresholdText('similar', 0.9)).toBe('a similarity of at least 0.90');
});

test('what could not be compared', () => {
  expect(unhashedText({ groups: [], pictures: 9, unhashed: 0, hashedOnly: 0 })).toBe('');
  expect(unhashedText({ groups: [], pictures: 9, unhashed: 1, hashedOnly: 0 })).toMatch(/^1 picture could not/);
  expect(unhashedText({ groups: [], pictures: 9, unhashed: 9, hashedOnly: 0 })).toContain('was not stored');
  expect(unhashedText({ groups: [], pictures: 9, unhashed: 0, hashedOnly: 9 })).toMatch(
    /^An earlier version indexed these/,
  );
  expect(unhashedText({ groups: [], pictures: 9, unhashed: 0, hashedOnly: 2 })).toMatch(/^2 pictures came from an/);
});
