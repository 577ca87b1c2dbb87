import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT_FOLDER } from './folders.ts';
import { ensureKernels } from './kernels.ts';

const SOURCES = 'src/engine/kernels/assembly';
const MODULE = 'src/engine/kernels/wasm.generated.ts';
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-kernels-'));
  await cp(join(ROOT_FOLDER, SOURCES), join(root, SOURCES), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const made = (): Promise<string> => readFile(join(root, MODULE), 'utf8');

test('compiles the kernels where they are missing or stale, and only then', async () => {
  expect(await ensureKernels(root)).toBe(true);
  const first = await made();
  expect(first).toMatch(/new Uint8Array\(\[0,97,115,109,/); // "\0asm"
  expect(await ensureKernels(root)).toBe(false);

  await appendFile(join(root, SOURCES, 'index.ts'), '\nexport function one(): i32 {\n  return 1;\n}\n');
  expect(await ensureKernels(root)).toBe(true);
  expect(await made()).not.toBe(first);
  expect(await ensureKernels(root)).toBe(false);
});

test('says where the sources are wrong, and leaves what is there', async () => {
  const before = await made();
  await writeFile(join(root, SOURCES, 'index.ts'), 'export function wrong(): i32 {\n  return missing;\n}\n');
  await expect(ensureKernels(root)).rejects.toThrow(/missing[\s\S]*index\.ts\(2,10\)/);
  expect(await made()).toBe(before);
});
