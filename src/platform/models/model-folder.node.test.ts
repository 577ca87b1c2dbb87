import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readModelManifest } from './model-folder.node.ts';

test('a model that is not there is told with what to do', async () => {
  await expect(readModelManifest(tmpdir(), 'none')).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('pnpm add-model <folder> --id none'),
  });
});

test.each(['../../etc', '', 'a/b', '.'])('%j names no model', async (id) => {
  await expect(readModelManifest(tmpdir(), id)).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('cannot name a model'),
  });
});
