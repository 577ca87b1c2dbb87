import { expect, test } from 'vitest';
import { foundText, indexText } from './index-words.ts';

const written = { at: Date.UTC(2026, 4, 6, 12), pictures: 1200 };

test('says what is kept, whether it can be written, and what failed', () => {
  expect(indexText({ written: null, mayWrite: true, problem: null })).toBe(
    'The index will be written into this folder.',
  );
  expect(indexText({ written, mayWrite: true, problem: null })).toMatch(
    /^The index is in this folder: 1,200 pictures, written .*2026.*\.$/,
  );
  expect(indexText({ written, mayWrite: false, problem: null })).toMatch(
    /The browser asks before it is written again\.$/,
  );
  expect(indexText({ written, mayWrite: true, problem: 'No room.' })).toMatch(/The last attempt failed: No room\.$/);
});

test('says what was found', () => {
  expect(foundText({ kind: 'used', pictures: 1 })).toMatch(
    /an index of 1 picture: what is in it is not looked at again/,
  );
  expect(foundText({ kind: 'ignored', reason: 'it is damaged' })).toMatch(/is ignored: it is damaged\.$/);
});
