import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPhotos } from './photos.ts';

test('a folder that is missing or holds no pictures is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-photos-'));
  try {
    const refusal = (message: RegExp) =>
      expect.objectContaining({ code: 'nothing-to-index', message: expect.stringMatching(message) });
    await expect(listPhotos(join(folder, 'none'))).rejects.toEqual(refusal(/no folder/));
    await writeFile(join(folder, 'a.txt'), '');
    await expect(listPhotos(folder)).rejects.toEqual(refusal(/no pictures/));
    await writeFile(join(folder, 'a.jpg'), '');
    expect(await listPhotos(folder)).toMatchObject([{ name: 'a.jpg' }]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
