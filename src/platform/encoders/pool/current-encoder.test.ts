import { beforeEach, expect, test } from 'vitest';
import { createDeferred } from '../../../engine/async/deferred.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import type { ModelManifest } from '../../../engine/model/model.ts';
import { createCurrentEncoder } from './current-encoder.ts';
import { createEncoderPool } from './encoder-pool.ts';

const request = { device: 'wasm', deviceReason: '', threads: 1 } as const;
const madeWith = (sha256: string) => ({ dim: 1, model: { id: 'mini', sha256 } }) as CollectionManifest;

/** Memory that an encoder takes here. */
const BYTES = 100;

let log: string[];
let broken: boolean;
/** Is awaited before one is loaded. */
let until: Promise<void>;

beforeEach(() => {
  log = [];
  broken = false;
  until = Promise.resolve();
});

/** @param visionTowers that the model has beside the one that is asked for */
function createBench(limitBytes = BYTES, visionTowers: readonly string[] = []) {
  const pool = createEncoderPool<Awaited<ReturnType<typeof loadOne>>>(limitBytes);
  return createCurrentEncoder(pool, async ({ model: { sha256 } }, _request, makeRoom) => {
    await until;
    await makeRoom(BYTES);
    return loadOne(sha256, visionTowers);
  });
}

async function loadOne(sha256: string, visionTowers: readonly string[]) {
  log.push(`load ${sha256}`);
  if (broken) throw new Error('broken');
  const dispose = async () => log.push(`dispose ${sha256}`);
  const encoder = { modelId: 'mini', dim: 1, encode: never, dispose };
  const files = [sha256, ...visionTowers].map((hash) => ({ path: 'onnx/vision.onnx', sha256: hash, bytes: 1 }));
  const manifest = { id: 'mini', dim: 1, files } as unknown as ModelManifest;
  return { encoder, dtype: 'fp32' as const, manifest, bytes: BYTES };
}

const never = () => new Promise<never>(() => {});

test('collections of one model share the encoder; that of another takes its place', async () => {
  const { load, current } = createBench();
  const first = await load(madeWith('a'), request);
  expect(await load(madeWith('a'), request)).toBe(first);
  const second = await load(madeWith('b'), request);
  await second.loaded;
  expect(await current()).toBe(second);
  expect(log).toEqual(['load a', 'dispose a', 'load b']);
});

test('where both fit, the one before stays, and is there when its collection is opened again', async () => {
  const { load, current } = createBench(2 * BYTES);
  const first = await load(madeWith('a'), request);
  await (await load(madeWith('b'), request)).loaded;
  expect(await load(madeWith('a'), request)).toBe(first);
  expect(await current()).toBe(first);
  // Now it is the other one that was not used for longer.
  await (await load(madeWith('c'), request)).loaded;
  expect(log).toEqual(['load a', 'load b', 'dispose b', 'load c']);
});

test('a model is one, whichever of its vision towers made the collection', async () => {
  const { load } = createBench(BYTES, ['quantised']);
  const first = await load(madeWith('a'), request);
  expect(await load(madeWith('quantised'), request)).toBe(first);
  expect(log).toEqual(['load a']);
});

test('one that failed is loaded again', async () => {
  const { load, current } = createBench();
  broken = true;
  await expect((await load(madeWith('a'), request)).loaded).rejects.toThrow('broken');
  expect(current()).toBeUndefined();
  broken = false;
  await (await load(madeWith('a'), request)).loaded;
  expect(log).toEqual(['load a', 'load a']);
});

test('the newest that is asked for is the current one at once, however long those before take', async () => {
  const { load, current } = createBench();
  const gate = createDeferred<void>();
  until = gate.promise;
  const [first, newest] = [load(madeWith('a'), request), load(madeWith('b'), request)];
  const asked = current();
  gate.resolve();
  expect(await asked).toBe(await newest);
  expect(await current()).toBe(await newest);
  await (await newest).loaded;
  expect(await first).not.toBe(await newest);
  expect(log).toEqual(['load a', 'dispose a', 'load b']);
});
