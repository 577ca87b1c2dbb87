import uPlot from 'uplot';
import { formatMs } from '../../common/format.ts';
import type { Colours } from './colours.ts';
import type { Distribution } from './latency.ts';

export type PlotOptions = Omit<uPlot.Options, 'width' | 'height'>;

const FONT = '12px system-ui, sans-serif';

function axis(colours: Colours, more: uPlot.Axis = {}): uPlot.Axis {
  const line = { stroke: colours.line, width: 1 };
  return { stroke: colours['text-quiet'], font: FONT, grid: line, ticks: { ...line, size: 4 }, ...more };
}

/** Fixed, because values are read in the table, and the plots are not for pointing at. */
const STILL = { legend: { show: false }, cursor: { show: false } } as const;

/** Whole numbers only. */
const COUNTS = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

/** Room for the longest label of an axis. */
function widthOf(_plot: uPlot, labels: readonly string[] | null): number {
  return Math.max(40, 16 + 8 * Math.max(0, ...(labels ?? []).map((text) => text?.length ?? 0)));
}

/** A bar for each rating from 1 to 10. */
export function ratingOptions(colours: Colours): PlotOptions {
  const bars = uPlot.paths.bars?.({ size: [0.7] });
  return {
    ...STILL,
    scales: { x: { time: false, range: [0.4, 10.6] }, y: { range: (_plot, _min, max) => [0, Math.max(max, 1) * 1.1] } },
    axes: [
      axis(colours, { splits: () => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], grid: { show: false } }),
      axis(colours, { size: widthOf, incrs: COUNTS }),
    ],
    series: [{}, { fill: colours.accent, width: 0, points: { show: false }, ...(bars && { paths: bars }) }],
  };
}

/** A point for each search, on a logarithmic scale because first runs are slow, and lines at p50 and p95. */
export function latencyOptions(colours: Colours, { p50, p95 }: Distribution): PlotOptions {
  return {
    ...STILL,
    scales: { x: { time: true, range: ({ data: [times] }) => hourAtLeast(times) }, y: { distr: 3 } },
    axes: [
      axis(colours, { space: 72, values: (_plot, splits, _axis, _space, step) => timeLabels(splits, step) }),
      axis(colours, { size: 60, values: (_plot, splits) => splits.map(label) }),
    ],
    series: [
      {},
      {
        stroke: colours.accent,
        paths: () => null,
        points: { show: true, size: 4, width: 0, fill: colours.accent },
      },
    ],
    hooks: {
      draw: [
        (plot) => {
          drawLine(plot, 'p50', p50, 'below', colours);
          drawLine(plot, 'p95', p95, 'above', colours);
        },
      ],
    },
  };
}

/** From the first to the last search, but an hour at least: around a single one uPlot would draw years. In seconds. */
function hourAtLeast(times: ArrayLike<number>): [number, number] {
  const [min = 0, max = 0] = [times[0], times[times.length - 1]];
  const margin = Math.max(0, (3600 - (max - min)) / 2);
  return [min - margin, max + margin];
}

const DAY_S = 86_400;

/** Hours, with the day below where it is another; or days, or months. Times and `step` in seconds. */
export function timeLabels(times: readonly number[], step: number): string[] {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const { format } = new Intl.DateTimeFormat('en', options);
    return times.map((time) => format(time * 1000));
  };
  if (step >= 28 * DAY_S) return format({ month: 'short', year: 'numeric' });
  const days = format({ day: 'numeric', month: 'short' });
  if (step >= DAY_S) return days;
  const hours = format({ hour: 'numeric', minute: '2-digit' });
  return hours.map((hour, i) => (days[i] === days[i - 1] ? hour : `${hour}\n${days[i]}`));
}

/** uPlot passes null for the splits of a logarithmic axis that have no room for a label. */
function label(value: number | null): string {
  return value === null ? '' : formatMs(value);
}

function drawLine(plot: uPlot, name: string, value: number, side: 'above' | 'below', colours: Colours): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(value, 'y', true));
  ctx.save();
  ctx.strokeStyle = colours['line-strong'];
  ctx.fillStyle = colours['text-quiet'];
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  ctx.textBaseline = side === 'above' ? 'bottom' : 'top';
  ctx.fillText(name, bbox.left + bbox.width - 4 * devicePixelRatio, y + (side === 'above' ? -2 : 3) * devicePixelRatio);
  ctx.restore();
}
