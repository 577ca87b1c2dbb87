import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drawingVersion, renderDemo } from './render.ts';

let root = '';
let folder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-render-'));
  folder = join(root, '.cache/demo-pictures');
});
afterEach(() => rm(root, { recursive: true }));

const nothing = () => {};

function drawing(begin = nothing) {
  const stop = new AbortController();
  const progress = { onEvent: nothing, begin, advance: nothing, line: nothing, stop: nothing };
  return { stop, done: renderDemo(folder, { fresh: false, progress, signal: stop.signal }) };
}

test('only one process draws at a time, and the other one is told', async () => {
  let began = nothing;
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const first = drawing(began);
  await begun;
  await expect(drawing().done).rejects.toMatchObject({ code: 'not-writable' });
  first.stop.abort(new Error('enough'));
  await expect(first.done).rejects.toThrow('enough');
  expect(await readdir(join(root, '.cache'))).not.toContain('demo-pictures.lock');
});

test('what is drawn is kept', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.version'), drawingVersion());
  await drawing(() => {
    throw new Error('drawn again');
  }).done;
  expect(await readdir(folder)).toEqual(['.version']);
});
