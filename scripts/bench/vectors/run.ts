import { buildKind, buildSet } from './builds.ts';
import { FILTERING, measureFilters } from './filters.ts';
import { LIVE, type LiveRow, summariseLive } from './live.ts';
import { loadSet } from './load.ts';
import { type OnDemandRow, summariseOnDemand, VISIT } from './on-demand.ts';
import type { RunOptions } from './options.ts';
import type { DataSet } from './protocol.ts';
import { askAll } from './queries.ts';
import type { Measured } from './report.ts';
import { openRoom } from './room.ts';

/** Above, the JavaScript loop alone would take minutes. */
const MOST_FILTERED = 100_000;

/** First all builds, kinds side by side on two processors; then loads and queries, with nothing beside them. */
export async function runVectors(options: RunOptions): Promise<Measured> {
  const { kinds, counts } = options;
  const built = await Promise.all(kinds.map(async (kind) => [kind, await buildKind(options, kind)] as const));
  const outcomes = new Map(built);
  const measured: Measured = { rows: [], filters: [], live: [], onDemand: [] };
  const filtered = Math.max(...counts.filter((count) => count <= MOST_FILTERED));
  for (const count of counts) {
    for (const kind of kinds) {
      const set = { kind, count };
      const { rooms, rows } = await loadSet(options, set, outcomes.get(kind)?.get(count) ?? new Map(), measured.rows);
      const answered = await askAll(rooms, set);
      measured.rows.push(...rows.map((row) => ({ ...row, ...answered.get(row.engine) })));
      options.log(`asked ${count} ${kind}`);
      if (options.filters && count === filtered) {
        const able = new Map([...rooms].filter(([id]) => FILTERING.includes(id)));
        measured.filters.push(...(await measureFilters(able, set)));
        options.log(`filtered ${count} ${kind}`);
      }
      for (const room of rooms.values()) await room.close();
      if (options.onDemand && rooms.has('codes')) measured.onDemand.push(await measureOnDemand(options, set));
      await options.onMeasured(measured);
    }
  }
  if (options.live) {
    for (const kind of kinds) measured.live.push(...(await measureLive(options, { kind, count: LIVE.count })));
    await options.onMeasured(measured);
  }
  return measured;
}

async function measureOnDemand({ browser, origin, limit, log }: RunOptions, set: DataSet): Promise<OnDemandRow> {
  const room = await openRoom(browser, origin, 'codes', limit);
  const fetched = await room.onDemand(set, VISIT).finally(() => room.close());
  log(`asked ${set.count} ${set.kind} on demand`);
  return summariseOnDemand(set, fetched);
}

async function measureLive(options: RunOptions, set: DataSet): Promise<LiveRow[]> {
  const outcomes = await buildSet(options, set, ['hnsw', 'exact'], undefined);
  const rows: LiveRow[] = [];
  for (const engine of ['hnsw', 'exact'] as const) {
    if (outcomes.get(engine)?.failure) continue;
    const room = await openRoom(options.browser, options.origin, engine, options.limit);
    rows.push(summariseLive(set, engine, await room.live(engine, set, LIVE.additions).finally(() => room.close())));
    options.log(`added to ${set.count} ${set.kind}, ${engine}`);
  }
  return rows;
}
