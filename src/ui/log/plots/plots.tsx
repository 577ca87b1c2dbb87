import { createEffect, createSignal, type JSX, onCleanup, onMount } from 'solid-js';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { LogStats } from '../../../state/log/log-list.ts';
import { type Colours, createColours } from './colours.ts';
import { distribution, totalMs } from './latency.ts';
import { latencyOptions, type PlotOptions, ratingOptions } from './plot-options.ts';

const HEIGHT = 200;
/** A logarithmic scale has no zero, which a clock of low resolution may well measure. */
const SHORTEST_MS = 0.01;

/** How many searches have each rating. For the eye only: the figures are in a table beside it. */
export function RatingPlot(props: { stats: LogStats }): JSX.Element {
  const data = (): uPlot.AlignedData => [props.stats.ratings.map((_, i) => i + 1), [...props.stats.ratings]];
  return <Plot data={data()} options={ratingOptions} />;
}

/** How long each search took, over time. */
export function LatencyPlot(props: { stats: LogStats }): JSX.Element {
  const totals = () => props.stats.latencies.map(totalMs);
  const data = (): uPlot.AlignedData => [
    props.stats.latencies.map(({ time }) => Date.parse(time) / 1000),
    totals().map((ms) => Math.max(ms, SHORTEST_MS)),
  ];
  return <Plot data={data()} options={(colours) => latencyOptions(colours, distribution(totals()))} />;
}

/** A uPlot chart as wide as its place, in the colours of the theme. */
function Plot(props: { data: uPlot.AlignedData; options: (colours: Colours) => PlotOptions }): JSX.Element {
  let host: HTMLDivElement | undefined;

  onMount(() => {
    const place = host;
    if (!place) return;
    // While others of the page still load, this is not in the document yet, and has neither width nor colours.
    const [placed, setPlaced] = createSignal(false);
    let plot: uPlot | undefined;

    const resize = new ResizeObserver(() => {
      setPlaced(place.isConnected);
      plot?.setSize({ width: place.clientWidth, height: HEIGHT });
    });
    resize.observe(place);
    createEffect(() => {
      if (!placed()) return;
      const colours = createColours(place);
      createEffect(() => {
        const options = props.options(colours());
        plot?.destroy();
        plot = new uPlot({ ...options, width: place.clientWidth, height: HEIGHT }, props.data, place);
      });
    });
    onCleanup(() => {
      resize.disconnect();
      plot?.destroy();
    });
  });

  return <div ref={host} class="plot" aria-hidden="true" />;
}
