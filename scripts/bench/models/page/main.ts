/** Picture search as web demos of transformers.js have it: a worker that encodes and compares, a grid that is written anew. */
import type { Asked, Found, Started } from './messages.ts';

const { searchParams } = new URL(location.href);
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const field = document.querySelector('input') as HTMLInputElement; // index.html has it
const grid = document.querySelector('[role=grid]') as HTMLElement; // and this
const pictures = fetch('/demo/pictures.json').then((response) => response.json() as Promise<string[]>);
const started = new Map<string, number>();

const ask = (text: string) => {
  started.set(text, performance.now());
  worker.postMessage({ type: 'ask', text } satisfies Asked);
};
field.addEventListener('input', () => ask(field.value));

worker.addEventListener('message', async ({ data }: MessageEvent<Found>) => {
  const addresses = await pictures;
  grid.replaceChildren(
    ...data.rows.map((row) => {
      const image = new Image();
      image.src = `/${addresses[row]}`;
      return image;
    }),
  );
  const { text, encodeMs, searchMs } = data;
  // As the app measures itself.
  performance.measure('afterimage:search', {
    start: started.get(text) ?? 0,
    detail: { text, encodeMs, searchMs },
  });
});

const [model = '', device] = [searchParams.get('model') ?? '', searchParams.get('device') ?? 'wasm'];
worker.postMessage({ type: 'start', model, device: device === 'webgpu' ? 'webgpu' : 'wasm' } satisfies Started);
const first = searchParams.get('q');
if (first) ask(first);
