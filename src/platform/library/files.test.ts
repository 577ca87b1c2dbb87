import { expect, test } from 'vitest';
import { mergeFiles } from './files.ts';
import type { FoundFile } from './library-store.ts';

const file = (folder: number | null, path: string, patch: Partial<FoundFile> = {}): FoundFile => ({
  ...{ folder, path, bytes: 9, modified: 5 },
  ...patch,
});
const handle = {} as FileSystemFileHandle;

test('each place is there once, as it was seen last, and a handle is kept', () => {
  const before = [file(null, 'a.jpg', { handle }), file(1, 'a.jpg')];
  expect(mergeFiles(before, [file(null, 'a.jpg', { bytes: 10 }), file(1, 'b.jpg')])).toEqual([
    file(null, 'a.jpg', { bytes: 10, handle }),
    file(1, 'a.jpg'),
    file(1, 'b.jpg'),
  ]);
});

test('a place that was only told is that of the folder once this is there, whichever came first', () => {
  const told = file(null, 'Photos/sub/a.jpg');
  const found = file(1, 'sub/a.jpg');
  expect(mergeFiles([told], [found])).toEqual([found]);
  expect(mergeFiles([found], [told])).toEqual([found]);
  expect(mergeFiles([told, file(2, 'x.jpg'), found], [found])).toEqual([found, file(2, 'x.jpg')]);
});

test('another file of the same content is another place', () => {
  const found = file(1, 'a.jpg');
  for (const other of [
    file(null, 'a.jpg'),
    file(null, 'Photos/b.jpg'),
    file(null, 'Photos/a.jpg', { modified: 6 }),
    file(null, 'Photos/a.jpg', { handle }),
    file(2, 'Photos/a.jpg'),
  ]) {
    expect(mergeFiles([other], [found])).toEqual([other, found]);
  }
});
