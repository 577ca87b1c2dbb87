import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from '@playwright/test';
import { ROOT_FOLDER } from '../../../repository/folders.ts';
import { ENGINES } from '../engines.ts';
import { openRoom } from '../measure/room.ts';
import type { Built, DataSet, EngineId } from '../protocol.ts';
import { engineFolder } from '../server.ts';

/** How the making of an engine's files went. */
export interface Outcome {
  /** Milliseconds. 0 where the vectors are served as they are. */
  readonly ms?: number;
  readonly failure?: string;
}

/** The build of fewer rows that came before. */
interface Earlier {
  readonly count: number;
  readonly outcome: Outcome;
}

interface BuildRecord {
  readonly ms: number;
  readonly version: string;
}

/** Builds take longer than in proportion to their rows: graphs and trees grow deeper, and caches too small. */
const GROWTH = 1.1;

const COLLECT = fileURLToPath(new URL('collect.ts', import.meta.url));

/**
 * Build an engine's files, unless they are there from an earlier run or there is no hope: the engine refuses, or its
 * `earlier` build says that `limit` milliseconds would not do.
 */
export async function buildEngine(
  at: { readonly browser: Browser; readonly origin: string; readonly limit: number },
  id: EngineId,
  set: DataSet,
  earlier: Earlier | undefined,
): Promise<Outcome> {
  const hopeless = whyHopeless(id, set, earlier, at.limit);
  if (hopeless) return { failure: hopeless };
  const { own, roomOf, buildsOnLoad, version } = ENGINES[id];
  if (roomOf || buildsOnLoad) return {};
  const record = readRecord(set, id);
  if (record?.version === version) return { ms: record.ms };
  rmSync(engineFolder(set, id), { recursive: true, force: true });
  try {
    const built = own ? await collect(set, id, at.limit) : await buildInRoom(at, id, set);
    await writeRecord(set, id, { ms: built?.ms ?? 0, version });
    return { ms: built?.ms ?? 0 };
  } catch (error) {
    return { failure: `build: ${(error as Error).message}` };
  }
}

async function buildInRoom(
  { browser, origin, limit }: Parameters<typeof buildEngine>[0],
  id: EngineId,
  set: DataSet,
): Promise<Built | undefined> {
  const room = await openRoom(browser, origin, id, limit);
  return room.build(set).finally(() => room.close());
}

/** Collections are made where `build-index` makes them: in Node, in a process of its own. */
async function collect({ kind, count }: DataSet, id: EngineId, limit: number): Promise<Built> {
  const args = ['--import', 'tsx', COLLECT, kind, String(count), id];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT_FOLDER, timeout: limit });
    return JSON.parse(stdout) as Built;
  } catch (error) {
    if ((error as ExecFileException).killed) throw new Error(`stopped after ${Math.round(limit / 1000)} s`);
    throw error;
  }
}

function whyHopeless(id: EngineId, set: DataSet, earlier: Earlier | undefined, limit: number): string | undefined {
  const refused = ENGINES[id].refuses?.(set.count);
  if (refused) return refused;
  if (earlier?.outcome.failure) return `failed at ${earlier.count.toLocaleString('en')} already`;
  if (ENGINES[id].own) return undefined; // a code is learnt from a sample: small builds say little of large ones
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
