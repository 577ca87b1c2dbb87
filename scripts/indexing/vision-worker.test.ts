import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { Pixels } from '../../src/engine/ports.ts';
import { createNodeImageEncoder, type NodeImageEncoder } from '../../src/platform/encoders/clip.node.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { startVisionWorker } from './vision-worker.ts';

const TOWER = { modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL };

function disposed(encoder: NodeImageEncoder): NodeImageEncoder {
  onTestFinished(() => encoder.dispose());
  return encoder;
}

function pictures(count: number, size: number): Pixels[] {
  const picture = (seed: number) => ({ size, rgb: Uint8Array.from({ length: 3 * size * size }, (_, i) => i * seed) });
  return Array.from({ length: count }, (_, i) => picture(2 * i + 1));
}

/** A worker whose script is `body`, with Comlink's `expose` and the `port` to the main thread. */
function script(body: string): URL {
  const comlink = pathToFileURL(createRequire(import.meta.url).resolve('comlink'));
  const imports = `import { expose } from '${comlink}'; import { workerData as port } from 'node:worker_threads';`;
  return new URL(`data:text/javascript,${encodeURIComponent(`${imports}${body}`)}`);
}

test('in a worker pictures get the same vectors to the last bit, calls in their order', async () => {
  const here = disposed(await createNodeImageEncoder(TOWER));
  const worker = disposed(await startVisionWorker(TOWER));
  const { encode: _encode, dispose: _dispose, ...tower } = worker;
  expect(here).toMatchObject(tower);
  const batch = pictures(5, here.imageSize);
  const [first, second] = await Promise.all([worker.encode(batch), worker.encode(batch.slice(0, 2).reverse())]);
  expect(first).toEqual(await here.encode(batch));
  expect(second).toEqual(await here.encode(batch.slice(0, 2).reverse()));
  expect(second[0]).toEqual(first[1]);
});

test('what goes wrong in the worker keeps code and message, and the worker goes on', async () => {
  await expect(startVisionWorker({ ...TOWER, modelId: 'none' })).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('add-model'),
  });
  const worker = disposed(await startVisionWorker(TOWER));
  const [picture] = pictures(1, 8);
  await expect(worker.encode([picture as Pixels])).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining(`not ${worker.imageSize}`),
  });
  expect(await worker.encode(pictures(1, worker.imageSize))).toHaveLength(1);
});

test('a worker that dies rejects what is pending and what comes later, and says so once', async () => {
  let deaths = 0;
  const entry = script('expose({ load: () => ({ dim: 8 }), encode: () => process.exit(7), dispose() {} }, port);');
  const worker = await startVisionWorker(TOWER, { entry, onDeath: () => deaths++ });
  expect(worker.dim).toBe(8);
  const results = await Promise.allSettled([worker.encode([]), worker.encode([])]);
  const died = { status: 'rejected', reason: { code: 'worker-died', message: expect.stringContaining('exit code 7') } };
  expect(results).toMatchObject([died, died]);
  await expect(worker.encode([])).rejects.toMatchObject({ code: 'worker-died' });
  await worker.dispose();
  expect(deaths).toBe(1);
});

test('a worker that cannot start, or dies while it loads, is an error', async () => {
  await expect(startVisionWorker(TOWER, { entry: script('throw new Error("no room");') })).rejects.toMatchObject({
    code: 'worker-died',
    message: expect.stringContaining('no room'),
  });
  await expect(startVisionWorker(TOWER, { entry: script('process.exit(0);') })).rejects.toMatchObject({
    code: 'worker-died',
  });
});

test('disposing of it ends the worker, which is no death', async () => {
  let deaths = 0;
  const entry = script('expose({ load: () => ({}), encode: () => new Promise(() => {}), dispose() {} }, port);');
  const worker = await startVisionWorker(TOWER, { entry, onDeath: () => deaths++ });
  const pending = worker.encode([]).catch((error: unknown) => error);
  await worker.dispose();
  expect(await pending).toMatchObject({ code: 'worker-died' });
  expect(deaths).toBe(0);
});
