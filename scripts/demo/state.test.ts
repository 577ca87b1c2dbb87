import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { partsAreThere, readDemoState, writeDemoState } from './state.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'afterimage-demo-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('what was written is read; a damaged or missing state is none', async () => {
  const path = join(await folder(), 'demo.json');
  expect(await readDemoState(path)).toEqual({});
  const state = { drawing: '1', recipe: 1, format: 2, model: 'a', command: ['x'], manifest: 'b' };
  await writeDemoState(path, state);
  expect(await readDemoState(path)).toEqual(state);
  await truncate(path, 10);
  expect(await readDemoState(path)).toEqual({});
});

test('parts that are missing or cut short are noticed', async () => {
  const path = await folder();
  expect(await partsAreThere(path)).toBe(false);
  await writeFile(join(path, 'manifest.json'), JSON.stringify({ parts: [{ path: 'graph.bin', bytes: 3 }] }));
  expect(await partsAreThere(path)).toBe(false);
  await writeFile(join(path, 'graph.bin'), 'abc');
  expect(await partsAreThere(path)).toBe(true);
  await truncate(join(path, 'graph.bin'), 2);
  expect(await partsAreThere(path)).toBe(false);
});
