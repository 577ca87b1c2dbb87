/** What is known of the visitor's line to the site, and of what is on the screen. */

/** Bytes a second: on such a line pictures and model do not get in each other's way. */
export const FAST_LINE = 5_000_000;
/** On such a line a page cannot be fetched twice. */
export const SLOW_LINE = 500_000;

/** Whether the visitor's browser asks for few downloads, which somebody pays for. */
export function savesData(): boolean {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}

/** Bytes a second, by how the page's own script came; of what was here already that cannot be told, and it is no matter. */
export function lineSpeed(timings = performance.getEntriesByType('resource') as PerformanceResourceTiming[]): number {
  const scripts = timings.filter(({ name }) => name.startsWith(location.origin) && /\.js$/.test(name));
  const [largest] = scripts.sort((a, b) => b.encodedBodySize - a.encodedBodySize);
  if (!largest || largest.transferSize === 0) return Number.POSITIVE_INFINITY;
  return (1000 * largest.encodedBodySize) / Math.max(1, largest.responseEnd - largest.responseStart);
}

const LOOK_MS = 50;
/** Pictures that do not come hold nothing up for longer. */
const LONGEST_MS = 15_000;

/** Resolves when all pictures of the grid that are on the screen have come or failed; at once where there is no grid. */
export async function untilPicturesShown(): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  const turn = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  await turn();
  while (performance.now() < end && isWaiting()) await turn();
}

function isWaiting(): boolean {
  const grid = document.querySelector('[role=grid]');
  if (!grid) return false;
  const cells = [...grid.querySelectorAll('.picture')].filter((cell) => {
    const { top, bottom } = cell.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  return cells.length === 0 || cells.some((cell) => cell.getAttribute('data-state') === 'loading');
}
