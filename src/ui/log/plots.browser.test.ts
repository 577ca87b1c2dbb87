import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { expect, test } from 'vitest';
import type { LogStats } from '../../state/log-list.ts';
import { RatingPlot } from './plots.tsx';
import '../styles/main.css';
import './log.css';

const stats: LogStats = { count: 3, ratings: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], latencies: [], collections: [] };

/** Pixels of the accent colour, which only bars have. */
function coloured(root: HTMLElement): number {
  const canvas = root.querySelector('canvas');
  if (!canvas?.width) return 0;
  const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red = 0, green = 0, , alpha = 0] = data.subarray(i, i + 4);
    if (alpha === 255 && green - red > 50) count++;
  }
  return count;
}

test('one rated search is a bar, also where the plot was made before it had a place on the page', async () => {
  const root = document.createElement('main');
  const dispose = render(() => createComponent(RatingPlot, { stats }), root);
  document.body.append(root);
  await expect.poll(() => coloured(root)).toBeGreaterThan(500);
  dispose();
  root.remove();
});
