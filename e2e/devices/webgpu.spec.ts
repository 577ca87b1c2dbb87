import { expect, test } from '../fixtures.ts';

test('WebGPU finds what wasm finds, and its self-test passes @webgpu-only', async ({ app, newTab }) => {
  const wasm = await newTab();
  await app.open('./?device=webgpu&q=rocket');
  await wasm.open('./?device=wasm&q=rocket');
  for (const query of ['rocket', 'musical instrument', 'perro']) {
    await app.search(query);
    await wasm.search(query);
    expect(await app.top(8)).toEqual(await wasm.top(8));
  }
  await app.openStatus();
  await expect(app.fact('Index')).toContainText('HNSW graph');
  await expect(app.fact('Device')).toContainText(/WebGPU \(.+\) was asked for in the address\./);
  await expect(app.fact('Self-test')).toHaveText(/^Cosine (0\.999|1\.0)\d+ to the golden vectors$/);
});

test('a GPU imitated in software is used only when asked for @webgpu-only', async ({ app }) => {
  await app.open();
  await app.openStatus();
  await expect(app.fact('Device')).toContainText(/^WebAssembly/);
  await expect(app.fact('Device')).toContainText('the only GPU is imitated in software');
});
