import { expect, it } from 'vitest';
import { ofDropped, ofInput, ofPasted } from './gather.ts';
import type { Dropped } from './take-dropped.ts';

const file = (name: string) => new File(['x'], name);

/** A dropped folder as Firefox and Safari give it: a hundred entries at a time. */
function folderEntry(path: string, entries: readonly FileSystemEntry[]): FileSystemEntry {
  return {
    ...{ isDirectory: true, isFile: false, fullPath: path, name: path.slice(1) },
    createReader() {
      let from = 0;
      return {
        readEntries(success: (entries: FileSystemEntry[]) => void) {
          success(entries.slice(from, from + 100));
          from += 100;
        },
      };
    },
  } as unknown as FileSystemEntry;
}

function fileEntry(path: string, isReadable = true): FileSystemEntry {
  return {
    ...{ isDirectory: false, isFile: true, fullPath: path },
    file: (success: (file: File) => void, fail: (error: unknown) => void) =>
      isReadable ? success(file(path)) : fail(new DOMException('', 'NotReadableError')),
  } as unknown as FileSystemEntry;
}

const dropped = (patch: Partial<Dropped>): Dropped => ({ handle: undefined, entry: null, file: null, ...patch });
const paths = async (all: Dropped[]) =>
  (await ofDropped(all)).flatMap((one) => (one.kind === 'files' ? one.files.map(({ path }) => path) : one.handle.name));

it('keeps the handles of folders and files that are dropped', async () => {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle('gather-test.txt', { create: true });
  const found = await ofDropped([
    dropped({ handle: Promise.resolve(handle), file: file('a.jpg') }),
    dropped({ handle: Promise.resolve(folder), file: file('looks like a file') }),
  ]);
  expect(found).toEqual([
    { kind: 'folder', handle: folder },
    { kind: 'files', files: [{ path: 'a.jpg', file: expect.any(File), handle }] },
  ]);
});

it('reads all that is in a folder without a handle, but for what cannot be read', async () => {
  const many = Array.from({ length: 250 }, (_, i) => fileEntry(`/trip/${i}.jpg`));
  const inner = folderEntry('/trip/day', [fileEntry('/trip/day/a.jpg'), fileEntry('/trip/day/b.jpg', false)]);
  const found = await paths([dropped({ entry: folderEntry('/trip', [...many, inner]) })]);
  expect(found).toHaveLength(251);
  expect(found).toContain('trip/249.jpg');
  expect(found.at(-1)).toBe('trip/day/a.jpg');
});

it('takes the file where the browser refuses a handle', async () => {
  const refused = Promise.reject(new DOMException('', 'NotAllowedError'));
  expect(await paths([dropped({ handle: refused, file: file('a.jpg') })])).toEqual(['a.jpg']);
});

it('adds nothing where there is nothing', async () => {
  expect([ofInput([]), ofPasted([]), await ofDropped([dropped({})])]).toEqual([[], [], []]);
});

it('knows files of a chosen folder by their paths', () => {
  const inFolder = file('a.jpg');
  Object.defineProperty(inFolder, 'webkitRelativePath', { value: 'Photos/a.jpg' });
  const [addition] = ofInput([inFolder, file('b.jpg')]);
  expect(addition).toMatchObject({ files: [{ path: 'Photos/a.jpg' }, { path: 'b.jpg' }] });
});
