import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { withStage } from './stage.ts';

let models = '';
let source = '';
beforeEach(async () => {
  const work = await mkdtemp(join(tmpdir(), 'afterimage-stage-'));
  models = join(work, 'models');
  source = join(work, 'source');
  await mkdir(join(models, 'x'), { recursive: true });
  await mkdir(source);
  await writeFile(join(models, 'x/model.json'), 'old');
  return () => rm(work, { recursive: true, force: true });
});

const model = () => readFile(join(models, 'x/model.json'), 'utf8');

test('what was put together takes the place of what was there', async () => {
  const result = await withStage(models, 'x', source, async ({ folder }) => {
    await writeFile(join(folder, 'model.json'), 'new');
    expect(await model()).toBe('old');
    return 7;
  });
  expect(result).toBe(7);
  expect(await model()).toBe('new');
  expect(await readdir(models)).toEqual(['x']);
});

test('after an error, or Ctrl-C, what was there is there, and nothing else', async () => {
  const failing = withStage(models, 'x', source, async ({ folder }) => {
    await writeFile(join(folder, 'model.json'), 'new');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never); // the test goes on
  onTestFinished(() => exit.mockRestore());
  const before = process.listenerCount('SIGINT');
  const stopped = withStage(models, 'x', source, async () => {
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
    expect(await readdir(models)).toEqual(['x']);
    throw new Error('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(await model()).toBe('old');
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('where no folder can be made it is said', async () => {
  await writeFile(join(source, 'file'), 'x');
  const adding = withStage(join(source, 'file'), 'x', source, async () => {});
  await expect(adding).rejects.toMatchObject({ code: 'not-writable' });
});
