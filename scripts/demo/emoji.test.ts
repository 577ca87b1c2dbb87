import { expect, test } from 'vitest';
import { demoEmoji, slugOf } from './emoji.ts';

test('1,594 emoji, each with a slug of its own, none with a skin tone', () => {
  const emoji = demoEmoji();
  expect(emoji).toHaveLength(1594);
  expect(new Set(emoji.map(({ slug }) => slug)).size).toBe(1594);
  expect(emoji.filter(({ slug }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug))).toEqual([]);
  expect(emoji.filter(({ hexcode }) => /1F3F[B-F]/.test(hexcode))).toEqual([]);
  expect(emoji.map(({ label }) => label)).toEqual(expect.arrayContaining(['rocket', 'dog face', 'ghost']));
});

test('slugs keep what tells names apart', () => {
  expect(slugOf('keycap: #')).toBe('keycap-number-sign');
  expect(slugOf('keycap: *')).toBe('keycap-asterisk');
  expect(slugOf('piñata')).toBe('pinata');
  expect(slugOf('man’s shoe')).toBe('mans-shoe');
});
