import { afterEach, expect, test } from 'vitest';
import { lineSpeed, untilPicturesShown } from './line.ts';

afterEach(() => document.body.replaceChildren());

const timing = (name: string, encodedBodySize: number, ms: number, transferSize = encodedBodySize) =>
  ({
    name: new URL(name, location.origin).href,
    encodedBodySize,
    transferSize,
    responseStart: 100,
    responseEnd: 100 + ms,
  }) as PerformanceResourceTiming;

test('the speed of the line is that at which the largest script came', () => {
  expect(lineSpeed([timing('boot.js', 500, 1), timing('page.js', 100_000, 500), timing('main.css', 1e6, 1)])).toBe(
    200_000,
  );
});

test('what came from a cache tells nothing', () => {
  expect(lineSpeed([timing('page.js', 100_000, 500, 0)])).toBe(Number.POSITIVE_INFINITY);
  expect(lineSpeed([])).toBe(Number.POSITIVE_INFINITY);
});

function cell(state: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'picture';
  element.textContent = 'x';
  element.dataset.state = state;
  return element;
}

test('pictures have come when none on the screen is being loaded, whatever is below it', async () => {
  const grid = document.createElement('div');
  grid.setAttribute('role', 'grid');
  const [loading, below] = [cell('loading'), cell('loading')];
  below.style.cssText = 'position: absolute; top: 5000px';
  grid.append(cell('shown'), loading, cell('failed'), below);
  document.body.append(grid);
  let isShown = false;
  const shown = untilPicturesShown().then(() => {
    isShown = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(isShown).toBe(false);
  loading.dataset.state = 'shown';
  await shown;
});

test('a view without pictures waits for none', async () => {
  await untilPicturesShown();
});
