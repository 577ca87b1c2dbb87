import { beforeEach, expect, test } from 'vitest';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import { createEncoderSlot } from './encoder-slot.ts';

const request = { device: 'wasm', deviceReason: '', threads: 1 } as const;
const madeWith = (sha256: string) => ({ dim: 1, model: { id: 'mini', sha256 } }) as CollectionManifest;

let log: string[];
let broken: boolean;

beforeEach(() => {
  log = [];
  broken = false;
});

function slot() {
  return createEncoderSlot(async ({ model: { sha256 } }) => {
    log.push(`load ${sha256}`);
    if (broken) throw new Error('broken');
    const encoder = { modelId: 'mini', dim: 1, encode: never, dispose: () => log.push(`dispose ${sha256}`) };
    const files = [{ path: 'onnx/vision_model.onnx', sha256, bytes: 1 }];
    return { encoder, dtype: 'fp32' as const, manifest: { id: 'mini', dim: 1, files } as unknown as ModelManifest };
  });
}

const never = () => new Promise<never>(() => {});

test('collections of one model share the encoder; that of another takes its place', async () => {
  const { load, current } = slot();
  const first = await load(madeWith('a'), request);
  expect(await load(madeWith('a'), request)).toBe(first);
  const second = await load(madeWith('b'), request);
  await second.loaded;
  expect(current()).toBe(second);
  expect(log).toEqual(['load a', 'load b', 'dispose a']);
});

test('one that failed is loaded again', async () => {
  const { load, current } = slot();
  broken = true;
  await expect((await load(madeWith('a'), request)).loaded).rejects.toThrow('broken');
  expect(current()).toBeUndefined();
  broken = false;
  await (await load(madeWith('a'), request)).loaded;
  expect(log).toEqual(['load a', 'load a']);
});
