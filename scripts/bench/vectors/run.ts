import { buildKind, buildSet, type Outcomes } from './build/builds.ts';
import { measureBeams } from './measure/beams.ts';
import { FILTERING, measureFilters } from './measure/filters.ts';
import { LIVE, summariseLive } from './measure/live.ts';
import { loadSet } from './measure/load.ts';
import { type OnDemandRow, summariseOnDemand, VISIT } from './measure/on-demand.ts';
import { askAll } from './measure/queries.ts';
import { openRoom } from './measure/room.ts';
import type { RunOptions } from './options.ts';
import type { DataSet } from './protocol.ts';
import type { Measured } from './report.ts';

/** Above, the JavaScript loop alone would take minutes. */
const MOST_FILTERED = 100_000;

/** First all builds, kinds side by side on two processors; then loads and queries, with nothing beside them. */
export async function runVectors(options: RunOptions): Promise<Measured> {
  const { kinds, counts } = options;
  const built = await Promise.all(kinds.map(async (kind) => [kind, await buildKind(options, kind)] as const));
  const outcomes = new Map(built);
  const measured: Measured = { rows: [], beams: [], filters: [], live: [], onDemand: [], failures: [] };
  for (const count of counts) {
    for (const kind of kinds) {
      await measureSet(options, { kind, count }, outcomes.get(kind)?.get(count) ?? new Map(), measured);
      await options.onMeasured(measured);
    }
  }
  if (options.live) {
    for (const kind of kinds) await measureLive(options, { kind, count: LIVE.count }, measured);
    await options.onMeasured(measured);
  }
  return measured;
}

/** Adds what is found to `measured`. */
async function measureSet(options: RunOptions, set: DataSet, outcomes: Outcomes, measured: Measured): Promise<void> {
  const { rooms, rows } = await loadSet(options, set, outcomes, measured.rows);
  const answered = await askAll(rooms, set);
  measured.rows.push(...rows.map((row) => ({ ...row, ...answered.get(row.engine) })));
  options.log(`asked ${set.count} ${set.kind}`);
  const able = new Map([...rooms].filter(([id]) => !('failure' in (answered.get(id) ?? {}))));
  if (options.beams.length > 0 && set.count === options.counts[0]) {
    await beside(options, measured, `${set.count} ${set.kind}, beams`, async () => {
      measured.beams.push(...(await measureBeams(able, set, options.beams)));
    });
  }
  if (options.filters && set.count === Math.max(...options.counts.filter((count) => count <= MOST_FILTERED))) {
    await beside(options, measured, `${set.count} ${set.kind}, filters`, async () => {
      const filtering = new Map([...able].filter(([id]) => FILTERING.includes(id)));
      measured.filters.push(...(await measureFilters(filtering, set)));
    });
  }
  for (const room of rooms.values()) await room.close();
  if (options.onDemand && able.has('codes')) {
    await beside(options, measured, `${set.count} ${set.kind}, on demand`, async () => {
      measured.onDemand.push(await measureOnDemand(options, set));
    });
  }
}

/** What is measured beside the tables of the sets ends no run when it takes too long or crashes its tab. */
async function beside({ log }: RunOptions, { failures }: Measured, what: string, work: () => Promise<void>) {
  try {
    await work();
    log(what);
  } catch (error) {
    failures.push(`${what}: ${(error as Error).message}`);
    log(failures.at(-1) as string);
  }
}

async function measureOnDemand({ browser, origin, limit }: RunOptions, set: DataSet): Promise<OnDemandRow> {
  const room = await openRoom(browser, origin, 'codes', limit);
  return summariseOnDemand(set, await room.onDemand(set, VISIT).finally(() => room.close()));
}

async function measureLive(options: RunOptions, set: DataSet, measured: Measured): Promise<void> {
  const outcomes = await buildSet(options, set, ['hnsw', 'exact'], undefined);
  for (const engine of ['hnsw', 'exact'] as const) {
    await beside(options, measured, `${set.count} ${set.kind}, additions, ${engine}`, async () => {
      const failure = outcomes.get(engine)?.failure;
      if (failure) throw new Error(failure);
      const room = await openRoom(options.browser, options.origin, engine, options.limit);
      const live = await room.live(engine, set, LIVE.additions).finally(() => room.close());
      measured.live.push(summariseLive(set, engine, live));
    });
  }
}
