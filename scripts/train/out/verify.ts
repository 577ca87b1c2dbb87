/** Compare an exported folder with the answers of its checkpoint, in onnxruntime-node and onnxruntime-web (wasm). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type * as Ort from 'onnxruntime-web';
import { dot, normalise } from '../../../src/engine/numeric/embedding.ts';
import { parseOptions, runScript, usage } from '../../cli/cli.ts';
import { readJson } from '../folders.ts';

const HELP = `
Usage: npx tsx scripts/train/out/verify.ts MODEL

MODEL is a folder of export.py; MODEL.examples lies beside it. Prints the worst cosine of each tower; exit code 1 below
0.999.
`;

const LEAST = 0.999;
const PICTURES = 6;

await runScript(HELP, async (args) => {
  const [folder, ...more] = parseOptions(args, {}).positionals;
  if (folder === undefined || more.length > 0) throw usage('verify takes one folder, MODEL');
  const model = resolve(folder);
  // transformers.js brings onnxruntime-node.
  const require = createRequire(createRequire(import.meta.url).resolve('@huggingface/transformers'));
  const node = require('onnxruntime-node') as typeof Ort;
  const web = await import('onnxruntime-web');
  web.env.wasm.numThreads = 1;
  await verify('Node', node, model);
  await verify('wasm', web, model);
});

async function verify(name: string, ort: typeof Ort, model: string): Promise<void> {
  const open = (tower: string) => ort.InferenceSession.create(readFileSync(join(model, `onnx/${tower}_model.onnx`)));
  const [vision, text] = [await open('vision'), await open('text')];
  const examples = `${model}.examples`;
  const pixels = floats(examples, 'pixels.f32');
  const side = Math.sqrt(pixels.length / PICTURES / 3);
  const seen = await vision.run({ pixel_values: new ort.Tensor('float32', pixels, [PICTURES, 3, side, side]) });
  const images = floats(examples, 'image_embeds.f32');
  const dim = images.length / PICTURES;
  const picture = worstCosine(embeds(seen, 'image_embeds'), images, dim);

  const read: number[] = [];
  for (const ids of readJson<number[][]>(examples, 'texts.json')) {
    const input = new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    read.push(...embeds(await text.run({ input_ids: input }), 'text_embeds'));
  }
  const words = worstCosine(Float32Array.from(read), floats(examples, 'text_embeds.f32'), dim);
  console.log(`${name}: worst cosine of pictures ${picture.toFixed(6)}, of texts ${words.toFixed(6)}`);
  if (Math.min(picture, words) < LEAST) process.exitCode = 1;
}

function floats(folder: string, name: string): Float32Array<ArrayBuffer> {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function embeds(outputs: Ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  return outputs[name]?.data as Float32Array;
}

function worstCosine(one: Float32Array, other: Float32Array, dim: number): number {
  const rows = Array.from({ length: other.length / dim }, (_, i) => [i * dim, (i + 1) * dim] as const);
  return Math.min(...rows.map(([from, to]) => dot(normalise(one.slice(from, to)), normalise(other.slice(from, to)))));
}
