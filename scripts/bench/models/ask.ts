import type { Page } from '@playwright/test';

/** Milliseconds of one query. `encode` and `search` are the worker's own measures, the others begin with the key. */
export interface Asked {
  readonly encode: number;
  readonly search: number;
  /** The first frame with the answer is over. */
  readonly painted: number;
  /** No picture on the screen is missing any more. */
  readonly pictures: number;
}

/**
 * Type `text` into the field at once. Both pages measure a query as `afterimage:search`, which ends with the answer in the
 * document.
 */
export function ask(page: Page, text: string): Promise<Asked> {
  return page.evaluate(async (query) => {
    // A person pauses; what the query before has still to paint is not this one's time.
    while ([...document.images].some(({ complete }) => !complete)) await new Promise((resolve) => setTimeout(resolve));
    await new Promise<void>((resolve) => requestIdleCallback(() => resolve()));
    const field = document.querySelector<HTMLInputElement>('input[type=search]');
    if (!field) throw new Error('There is no search field.');
    const measured = new Promise<PerformanceMeasure>((resolve) => {
      const observer = new PerformanceObserver((list) => {
        const isIt = (entry: PerformanceEntry) => (entry as PerformanceMeasure).detail.text === query;
        const entry = list.getEntriesByName('afterimage:search').find(isIt);
        if (!entry) return;
        observer.disconnect();
        resolve(entry as PerformanceMeasure);
      });
      observer.observe({ type: 'measure' });
    });
    const start = performance.now();
    field.value = query;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    const { detail } = await measured;
    // A task that a frame leaves behind comes after the paint.
    const frame = () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now());
          port2.postMessage(null);
        });
      });
    const isMissing = (image: HTMLImageElement) => {
      const { top, bottom } = image.getBoundingClientRect();
      return !image.complete && bottom > 0 && top < innerHeight;
    };
    const painted = await frame();
    let pictures = painted;
    while ([...document.images].some(isMissing)) pictures = await frame();
    const [encode, search] = [detail.encodeMs, detail.searchMs];
    return { encode, search, painted: painted - start, pictures: pictures - start };
  }, text);
}

/** Milliseconds from the navigation to the answer of the query in the address. */
export async function openAnswered(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const found = await page.waitForFunction(
    () => {
      const [first] = performance.getEntriesByName('afterimage:search');
      return first && first.startTime + first.duration;
    },
    undefined,
    { timeout: 300_000 },
  );
  return (await found.jsonValue()) as number;
}
