import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { expect, test } from 'vitest';
import type { LogStats } from '../../../state/log/log-list.ts';
import { timeLabels } from './plot-options.ts';
import { RatingPlot } from './plots.tsx';
import '../../styles/main.css';
import '../log.css';

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

test('times are labelled as fine as their steps, with the day where it begins', () => {
  const times = (hours: number) => [0, 1, 2].map((i) => new Date(2026, 10, 20, 20 + i * hours).getTime() / 1000);
  const plain = (labels: string[]) => labels.map((text) => text.replaceAll('\u202f', ' '));
  expect(plain(timeLabels(times(2), 7_200))).toEqual(['8:00 PM\nNov 20', '10:00 PM', '12:00 AM\nNov 21']);
  expect(timeLabels(times(24), 86_400)).toEqual(['Nov 20', 'Nov 21', 'Nov 22']);
  expect(timeLabels(times(24 * 31), 31 * 86_400)).toEqual(['Nov 2026', 'Dec 2026', 'Jan 2027']);
});
