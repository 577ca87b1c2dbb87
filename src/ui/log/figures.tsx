import { For, type JSX, lazy, Show } from 'solid-js';
import type { LogStats } from '../../state/log/log-list.ts';
import { formatCount, formatMs } from '../common/format.ts';
import { Part } from '../common/part.tsx';
import { type Distribution, distribution, totalMs } from './plots/latency.ts';

/** uPlot comes only when there is something to draw. */
const RatingPlot = lazy(async () => ({ default: (await import('./plots/plots.tsx')).RatingPlot }));
const LatencyPlot = lazy(async () => ({ default: (await import('./plots/plots.tsx')).LatencyPlot }));

/** Rating distribution and latency, each as a plot and as a table. */
export function Figures(props: { stats: LogStats }): JSX.Element {
  return (
    <div class="log-figures">
      <RatingFigure stats={props.stats} />
      <LatencyFigure stats={props.stats} />
    </div>
  );
}

/** How many searches are rated, and how well. */
export function ratedSummary({ count, ratings }: LogStats): string {
  const rated = ratings.reduce((sum, each) => sum + each, 0);
  if (rated === 0) return 'No search is rated yet.';
  const mean = ratings.reduce((sum, each, i) => sum + each * (i + 1), 0) / rated;
  return `${formatCount(rated)} of ${formatCount(count)} searches rated, ${mean.toFixed(1)} on average.`;
}

function RatingFigure(props: { stats: LogStats }): JSX.Element {
  const isEmpty = () => props.stats.ratings.every((count) => count === 0);
  return (
    <Figure
      title="Ratings"
      summary={ratedSummary(props.stats)}
      empty={isEmpty()}
      plot={<RatingPlot stats={props.stats} />}
    >
      <thead>
        <tr>
          <th scope="col">Rating</th>
          <th scope="col">Searches</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.stats.ratings}>
          {(count, i) => (
            <tr>
              <th scope="row">{i() + 1}</th>
              <td>{formatCount(count)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </Figure>
  );
}

function LatencyFigure(props: { stats: LogStats }): JSX.Element {
  const latencies = () => props.stats.latencies;
  const total = () => distribution(latencies().map(totalMs));
  const rows = (): readonly (readonly [string, Distribution])[] => [
    ['Encode', distribution(latencies().map(({ encodeMs }) => encodeMs))],
    ['Search', distribution(latencies().map(({ searchMs }) => searchMs))],
    ['Together', total()],
  ];
  const summary = () =>
    `Encoding and searching: half of the searches within ${formatMs(total().p50)}, 95 % within ${formatMs(total().p95)}.`;
  return (
    <Figure
      title="Latency"
      summary={latencies().length === 0 ? 'No search is logged yet.' : summary()}
      empty={latencies().length === 0}
      plot={<LatencyPlot stats={props.stats} />}
    >
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">p50</th>
          <th scope="col">p95</th>
          <th scope="col">Max</th>
        </tr>
      </thead>
      <tbody>
        <For each={rows()}>
          {([part, values]) => (
            <tr>
              <th scope="row">{part}</th>
              <td>{formatMs(values.p50)}</td>
              <td>{formatMs(values.p95)}</td>
              <td>{formatMs(values.max)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </Figure>
  );
}

function Figure(props: {
  title: string;
  summary: string;
  /** There is nothing to show yet. */
  empty: boolean;
  plot: JSX.Element;
  /** Head and body of the table that says what the plot shows. */
  children: JSX.Element;
}): JSX.Element {
  return (
    <figure class="log-figure">
      <figcaption>
        <h2>{props.title}</h2>
        <p class="quiet numbers">{props.summary}</p>
      </figcaption>
      <Show when={!props.empty}>
        <Part waiting={<div class="plot" />}>{props.plot}</Part>
        <details>
          <summary>As a table</summary>
          <table class="numbers">
            <caption class="visually-hidden">{props.title}</caption>
            {props.children}
          </table>
        </details>
      </Show>
    </figure>
  );
}
