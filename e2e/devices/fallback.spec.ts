import { beforeWorker, expect, test } from '../fixtures.ts';

/** Runs in the worker: the device that onnxruntime asks for, so that a test can take it away. */
const REMEMBER_DEVICE = `{
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    return (self.gpuDevice = await request.apply(this, options));
  };
}`;
/** Runs in the worker: what the GPU computed arrives in the wrong order. */
const SCRAMBLE_RESULTS = `{
  const read = GPUBuffer.prototype.getMappedRange;
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const bytes = read.apply(this, range);
    if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(bytes).reverse();
    return bytes;
  };
}`;
/** Runs in the worker: it goes away as soon as it is asked a query. */
const DIE_ON_SEARCH = `addEventListener('message', ({ data }) => { if (data?.path?.[0] === 'search') close(); });`;

const GPU_FAILED = 'The GPU failed here, so the processor answers from now on.';

test('an adapter that is there but gives no device: wasm answers, with one quiet line', async ({ app, page }) => {
  await page.addInitScript(() => {
    const info = { vendor: 'acme', architecture: 'one', isFallbackAdapter: false };
    Object.defineProperty(navigator.gpu, 'requestAdapter', { value: async () => ({ info }) });
  });
  await beforeWorker(page, `GPU.prototype.requestAdapter = async () => null;`);
  await page.goto('./?q=rocket');
  await app.answered('rocket');
  await expect(app.notices.getByText(GPU_FAILED)).toHaveCount(1);
  await app.ready();
  await app.openStatus();
  await expect(app.fact('Device')).toContainText('WebAssembly, because WebGPU failed');
});

test('a GPU that is lost: the next query is answered by wasm @webgpu-only', async ({ app, page }) => {
  await beforeWorker(page, REMEMBER_DEVICE);
  await app.open('./?device=webgpu');
  await app.openStatus();
  await expect(app.fact('Device')).toContainText(/^WebGPU/);
  await page.keyboard.press('Escape');
  await app.search('rocket');
  await page.workers()[0]?.evaluate(() => (globalThis as unknown as { gpuDevice: GPUDevice }).gpuDevice.destroy());
  await expect(app.notices.getByText(GPU_FAILED)).toHaveCount(1);
  await app.search('dog');
  await app.openStatus();
  await expect(app.fact('Device')).toContainText(/^WebAssembly/);
});

test('a GPU that computes nonsense is found out and left @webgpu-only', async ({ app, page }) => {
  await beforeWorker(page, SCRAMBLE_RESULTS);
  await page.goto('./?device=webgpu&q=guitar');
  await app.answered('guitar');
  expect((await app.top(1))[0]).toBe('guitar');
  await expect(app.notices.getByText(GPU_FAILED)).toHaveCount(1);
  await app.openStatus();
  await expect(app.fact('Device')).toContainText('computes other embeddings than it should');
});

test('where wasm computes nonsense too, there are no results but an error', async ({ app, page }) => {
  await page.route(/model\.json$/, async (route) => {
    const response = await route.fetch();
    const model = (await response.json()) as { golden: { embedding: number[] }[] };
    for (const { embedding } of model.golden) embedding.reverse();
    await route.fulfill({ response, json: model });
  });
  await page.goto('./?q=rocket');
  const alert = page.getByRole('alert').first();
  await expect(alert).toContainText('device-nonsense');
  await expect(app.pictures.filter({ hasText: /score/ })).toHaveCount(0);
  await expect(app.at(1)).toBeVisible();
});

test('a worker killed in the middle of a query: another one answers it', async ({ app, page }) => {
  await beforeWorker(page, DIE_ON_SEARCH);
  await app.open();
  await app.field.fill('guitar');
  await app.answered('guitar');
  expect((await app.top(1))[0]).toBe('guitar');
  await expect(app.notices.getByText('The search engine stopped and was started again.')).toHaveCount(1);
  await app.search('dog');
});

test('a worker killed between two queries is not missed', async ({ app, page }) => {
  await app.open();
  await app.search('rocket');
  const gone = page.waitForEvent('worker');
  await page.workers()[0]?.evaluate(() => globalThis.close());
  await gone;
  await app.search('dog');
  expect((await app.top(3)).join()).toContain('dog');
});
