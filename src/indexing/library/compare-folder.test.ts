import { expect, test } from 'vitest';
import { compareFolder } from './compare-folder.ts';

const file = (path: string, modified = 1, bytes = 10) => ({ folder: 1, path, bytes, modified });
const known = new Map(['a.jpg', 'b.jpg', 'far/c.jpg'].map((path, key) => [path, { key, file: file(path) }]));

test('what is new or changed is read, what is gone is told, what is the same is left alone', () => {
  const files = [file('a.jpg'), file('b.jpg', 2), file('d.jpg')];
  const { toRead, gone } = compareFolder({ files, unlisted: [] }, known);
  expect(toRead.map(({ path }) => path)).toEqual(['b.jpg', 'd.jpg']);
  expect(gone).toEqual([{ path: 'far/c.jpg', key: 2 }]);
  expect(compareFolder({ files: [file('a.jpg', 1, 11)], unlisted: [] }, known).toRead).toHaveLength(1);
});

test('what was deleted is left alone for as long as it is the same', () => {
  const deleted = [file('e.jpg')];
  expect(compareFolder({ files: [file('a.jpg'), file('e.jpg')], unlisted: [] }, known, deleted).toRead).toEqual([]);
  expect(compareFolder({ files: [file('e.jpg', 2)], unlisted: [] }, known, deleted).toRead).toEqual([file('e.jpg', 2)]);
});

test('of folders that could not be listed, and of a folder that is empty, nothing is gone', () => {
  expect(compareFolder({ files: [file('a.jpg')], unlisted: ['far/'] }, known).gone).toEqual([
    { path: 'b.jpg', key: 1 },
  ]);
  expect(compareFolder({ files: [], unlisted: [] }, known).gone).toEqual([]);
});
