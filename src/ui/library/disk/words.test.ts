import { expect, test } from 'vitest';
import type { DeletionPlan } from '../../../protocol/library-files.ts';
import { elsewhereText, keptByReason, outcomeTitle, questionText, questionTitle } from './words.ts';

const folder = (name: string) => ({ name, handle: {} as FileSystemDirectoryHandle });
const plan = (files: number, elsewhere = 0, ...names: string[]): DeletionPlan => ({
  ...{ id: 1, files, names: [], elsewhere },
  folders: names.map(folder),
});

test('the question says how many, where, and that it is for good', () => {
  expect(questionTitle(plan(1234))).toBe('Delete 1,234 files from the disk?');
  expect(questionText(plan(2, 0, 'Photos', 'Camera'))).toBe(
    'They are in the folders “Photos” and “Camera”, and are deleted for good: this cannot be undone, and nothing of it is in a bin.',
  );
  expect(questionText(plan(1, 0, 'Photos'))).toMatch(/^It is in the folder “Photos”, and is deleted for good/);
});

test('files elsewhere are named only where there are some', () => {
  expect(elsewhereText(plan(1))).toBe('');
  expect(elsewhereText(plan(1, 1))).toMatch(/^1 other file of these pictures stays:/);
  expect(elsewhereText(plan(1, 2000))).toMatch(/^2,000 other files of these pictures stay:/);
});

test('the outcome counts both, and lists by reason', () => {
  expect(outcomeTitle({ deleted: 1, kept: [] })).toBe('1 file was deleted');
  expect(outcomeTitle({ deleted: 3, kept: [] })).toBe('3 files were deleted');
  const deletion = {
    deleted: 0,
    kept: [
      { name: 'a', why: 'changed' },
      { name: 'b', why: 'gone' },
      { name: 'c', why: 'changed' },
    ] as const,
  };
  expect(outcomeTitle(deletion)).toBe('No file was deleted');
  expect(outcomeTitle({ ...deletion, deleted: 2 })).toBe('2 files were deleted, 3 not');
  expect(keptByReason(deletion).map(({ names }) => names)).toEqual([['a', 'c'], ['b']]);
});
