import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { ENGINES } from './engines.ts';
import type { DataSet, EngineId } from './protocol.ts';
import { openRoom } from './room.ts';
import { engineFolder } from './server.ts';

/** How the making of an engine's files went. */
export interface Outcome {
  /** Milliseconds, with what it is made from. 0 where the vectors are served as they are. */
  readonly ms?: number;
  readonly failure?: string;
}

interface BuildRecord {
  readonly ms: number;
  readonly version: string;
}

/** Builds take longer than in proportion to their rows: graphs and trees grow deeper, and caches too small. */
const GROWTH = 1.1;

/**
 * Build an engine's files, unless they are there from an earlier run or there is no hope: the engine refuses, what it is
 * made from failed, or its `earlier` build, of fewer rows, says that `limit` milliseconds would not do.
 */
export async function buildEngine(
  at: { readonly browser: Browser; readonly origin: string; readonly limit: number },
  id: EngineId,
  set: DataSet,
  before: { readonly needed: readonly Outcome[]; readonly earlier: { count: number; outcome: Outcome } | undefined },
): Promise<Outcome> {
  const hopeless = whyHopeless(id, set, before, at.limit);
  if (hopeless) return { failure: hopeless };
  const sum = (ms: number) => ({ ms: before.needed.reduce((all, needed) => all + (needed.ms ?? 0), ms) });
  const { roomOf, buildsOnLoad, version } = ENGINES[id];
  if (roomOf || buildsOnLoad) return {};
  const record = readRecord(set, id);
  if (record?.version === version) return sum(record.ms);
  rmSync(engineFolder(set, id), { recursive: true, force: true });
  try {
    const room = await openRoom(at.browser, at.origin, id, at.limit);
    const built = await room.build(set).finally(() => room.close());
    await writeRecord(set, id, { ms: built?.ms ?? 0, version });
    return sum(built?.ms ?? 0);
  } catch (error) {
    return { failure: `build: ${(error as Error).message}` };
  }
}

function whyHopeless(
  id: EngineId,
  set: DataSet,
  { needed, earlier }: Parameters<typeof buildEngine>[3],
  limit: number,
): string | undefined {
  const refused = ENGINES[id].refuses?.(set.count);
  if (refused) return refused;
  const unmade = needed.find(({ failure }) => failure)?.failure;
  if (unmade) return unmade;
  if (earlier?.outcome.failure) return `failed at ${earlier.count.toLocaleString('en')} already`;
  const predicted = predictBuild(earlier?.outcome.ms ?? 0, earlier?.count ?? set.count, set.count);
  if (predicted <= limit) return undefined;
  return `not tried: its build would take about ${Math.round(predicted / 60_000)} minutes`;
}

/** Milliseconds that `count` rows would take, after `earlierCount` took `ms`. */
export function predictBuild(ms: number, earlierCount: number, count: number): number {
  const times = count / earlierCount;
  return ms * times * GROWTH ** Math.log10(times);
}

const recordFile = (set: DataSet, id: EngineId) => join(engineFolder(set, id), 'built.json');

function readRecord(set: DataSet, id: EngineId): BuildRecord | undefined {
  const file = recordFile(set, id);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BuildRecord) : undefined;
}

async function writeRecord(set: DataSet, id: EngineId, record: BuildRecord): Promise<void> {
  await mkdir(engineFolder(set, id), { recursive: true });
  await writeFile(recordFile(set, id), JSON.stringify(record));
}
