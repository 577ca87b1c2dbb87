import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from '@playwright/test';
import { ROOT_FOLDER } from '../../lib/folders.ts';
import { ENGINES } from './engines.ts';
import type { Built, DataSet, EngineId } from './protocol.ts';
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

const COLLECT = fileURLToPath(new URL('collect.ts', import.meta.url));

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
  const { own, roomOf, buildsOnLoad, version } = ENGINES[id];
  if (roomOf || buildsOnLoad) return {};
  const record = readRecord(set, id);
  if (record?.version === version) return sum(record.ms);
  rmSync(engineFolder(set, id), { recursive: true, force: true });
  try {
    const built = own ? await collect(set, id, at.limit) : await buildInRoom(at, id, set);
    await writeRecord(set, id, { ms: built?.ms ?? 0, version });
    return sum(built?.ms ?? 0);
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
