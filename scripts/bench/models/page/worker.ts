/**
 * transformers.js with its defaults, but for addresses: what it takes from another origin is on this one. On WebAssembly that
 * is a q8 tower and the number of threads that onnxruntime chooses.
 */
import { AutoTokenizer, CLIPTextModelWithProjection, env } from '@huggingface/transformers';
import type { Asked, Found, Started } from './messages.ts';

const DIM = 512;
const SHOWN = 60;
const RUNTIME = new URL('/onnxruntime/ort-wasm-simd-threaded.asyncify', location.origin).href;

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = '/models/';
Object.assign(env.backends.onnx.wasm ?? {}, { wasmPaths: { mjs: `${RUNTIME}.mjs`, wasm: `${RUNTIME}.wasm` } });

let loaded: ReturnType<typeof load> | undefined;

async function load({ model, device }: Started) {
  const [tokenizer, tower, database] = await Promise.all([
    AutoTokenizer.from_pretrained(model),
    CLIPTextModelWithProjection.from_pretrained(model, device === 'webgpu' ? { device } : {}),
    fetch('/demo/vectors.bin').then(async (response) => new Float32Array(await response.arrayBuffer())),
  ]);
  const vectors = Array.from({ length: database.length / DIM }, (_, i) => database.subarray(i * DIM, (i + 1) * DIM));
  return { tokenizer, tower, vectors };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]; // of one length
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product / (Math.sqrt(lengthA) * Math.sqrt(lengthB));
}

async function answer({ text }: Asked): Promise<Found> {
  const { tokenizer, tower, vectors } = await (loaded as NonNullable<typeof loaded>); // the page starts it first
  const start = performance.now();
  const tokens = tokenizer([text], { padding: 'max_length', truncation: true });
  const { text_embeds: embeds } = (await tower(tokens)) as { text_embeds: { data: Float32Array } };
  const encoded = performance.now();
  const scores = vectors.map((vector, row) => ({ row, score: cosine(embeds.data, vector) }));
  scores.sort((a, b) => b.score - a.score);
  const rows = scores.slice(0, SHOWN).map(({ row }) => row);
  return { text, rows, encodeMs: encoded - start, searchMs: performance.now() - encoded };
}

addEventListener('message', async ({ data }: MessageEvent<Asked | Started>) => {
  if (data.type === 'start') loaded = load(data);
  else postMessage(await answer(data));
});
