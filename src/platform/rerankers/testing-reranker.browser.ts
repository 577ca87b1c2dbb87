/// <reference path="../runtime/onnxruntime.d.ts" />
/** The fixture's model in a worker, for tests: a page may not start onnxruntime's WebAssembly at once, as the app does it. */
import { onnxruntime } from 'virtual:onnxruntime';
import { expose } from 'comlink';
import type { RerankerManifest } from '../../engine/model/reranker.ts';
import type { Pixels } from '../../engine/ports.ts';
import { type BrowserReranker, loadBrowserReranker, pixelsOf } from './blip-itm.browser.ts';
import type { SelfTest } from './self-test.ts';
import { RULES } from './testing-reference.ts';

let loaded: BrowserReranker | undefined;

const api = {
  /** @param addresses of its files, by their paths */
  async load(addresses: Readonly<Record<string, string>>, golden: RerankerManifest['golden']): Promise<SelfTest> {
    const read = Object.entries(addresses).map(async ([path, url]) => {
      const response = await fetch(url);
      return [path, new Uint8Array(await response.arrayBuffer())] as const;
    });
    const dtypes = { wasm: 'fp32', webgpu: 'fp32', cpu: 'fp32' };
    const manifest = { id: 'tiny', imageSize: 384, text: RULES, dtypes, golden } as unknown as RerankerManifest;
    const runtime = await WebAssembly.compileStreaming(fetch(onnxruntime.wasm.wasm.url));
    const files = new Map(await Promise.all(read));
    loaded = await loadBrowserReranker({ manifest, files, runtime, device: 'wasm', threads: 1 });
    return loaded.test;
  },
  score: async (text: string, pictures: readonly Pixels[]) => current().reranker.score(text, pictures),
  read: (file: Blob): Promise<Pixels | undefined> => pixelsOf(file, current().reranker.preprocessor),
};

export type TestingReranker = typeof api;

function current(): BrowserReranker {
  if (loaded) return loaded;
  throw new Error('The reranker is not loaded.');
}

expose(api);
