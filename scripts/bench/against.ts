import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { AfterimageError } from '../../src/engine/errors.ts';
import { parseCount, parseOptions } from '../cli/cli.ts';
import { PUBLIC_FOLDER, ROOT_FOLDER } from '../repository/folders.ts';
import { serve } from '../serve/serve.ts';
import { type Latency, measureInterleaved, openAnswered } from './latency.ts';
import { measureLoading } from './loading.ts';
import { describeMachine, sentence } from './machine.ts';
import { table } from './report.ts';
import { launch, originOf, prepareSite } from './site.ts';
import { median } from './stats.ts';

const OPTIONS = {
  rounds: { type: 'string', default: '6' },
  starts: { type: 'string', default: '0' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/against.json') },
} as const;

const PARTS = ['encode', 'search', 'total', 'frame'] as const;

/** A build that is served. */
interface Build {
  readonly name: 'this' | 'other';
  readonly origin: string;
  /** Of each round. */
  readonly latencies: Latency[];
  /** Milliseconds to the first result, of each cold, warm and later start: see `measureLoading`. */
  readonly cold: number[];
  readonly warm: number[];
  readonly later: number[];
}

/** Ask this build and another one the same queries in turns, in one browser, on one thread of WebAssembly. */
export async function benchAgainst(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions([...args], OPTIONS);
  const rounds = parseCount(values.rounds, '--rounds', 0);
  const starts = parseCount(values.starts, '--starts', 0);
  const folder = siteFolder(positionals);
  const servers = [
    await serve({ site: folder, publicFolder: folder, host: '127.0.0.1', port: 0 }),
    await serve({ site: await prepareSite(), publicFolder: PUBLIC_FOLDER, host: '127.0.0.1', port: 0 }),
  ] as const;
  const [other, own] = servers.map(originOf) as [string, string];
  const builds: readonly Build[] = [
    { name: 'other', origin: other, latencies: [], cold: [], warm: [], later: [] },
    { name: 'this', origin: own, latencies: [], cold: [], warm: [], later: [] },
  ];
  let browser = '';
  try {
    for (let round = 0; round < rounds; round++) {
      console.log(`Round ${round + 1} of ${rounds} …`);
      // Each is opened first as often as the other.
      browser = await measureRound(round % 2 === 0 ? builds : builds.toReversed());
    }
    for (let start = 0; start < starts; start++) {
      console.log(`Cold and warm start ${start + 1} of ${starts} …`);
      for (const build of start % 2 === 0 ? builds : builds.toReversed()) {
        const { cold, warm, later } = await measureLoading(build.origin, 1);
        build.cold.push(cold);
        build.warm.push(warm);
        build.later.push(later);
      }
    }
  } finally {
    for (const server of servers) server.close();
  }
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(builds, null, 2)}\n`);
  console.log(`\n${toMarkdown(builds, browser)}\n`);
}

/** @throws AfterimageError `usage` */
function siteFolder([folder, ...others]: readonly string[]): string {
  if (folder === undefined || others.length > 0) {
    throw new AfterimageError('usage', 'Name one folder that `pnpm build` wrote, of another version.');
  }
  if (existsSync(join(folder, 'index.html'))) return resolve(folder);
  throw new AfterimageError('usage', `There is no site in ${folder}: it has no index.html.`);
}

/** A fresh browser for both. @returns its name */
async function measureRound(builds: readonly Build[]): Promise<string> {
  const browser = await launch();
  try {
    const pages = new Map<Build, Page>();
    for (const build of builds) pages.set(build, await openPage(browser, build.origin));
    const measured = await measureInterleaved(pages);
    for (const [build, latency] of measured) build.latencies.push(latency);
    return `Chromium ${browser.version()}`;
  } finally {
    await browser.close();
  }
}

async function openPage(browser: Browser, origin: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await openAnswered(page, `${origin}?q=dog&device=wasm&threads=1`);
  return page;
}

function toMarkdown(builds: readonly Build[], browser: string): string {
  const row = (title: string, of: (build: Build) => readonly number[]) => {
    const [other = Number.NaN, own = Number.NaN] = builds.map((build) => median(of(build)));
    return [title, other.toFixed(2), own.toFixed(2), (own / other).toFixed(3)];
  };
  const parts = PARTS.map((part) => row(part, ({ latencies }) => latencies.map((latency) => latency[part].p50)));
  const starts = [
    row('first result, first visit', ({ cold }) => cold),
    row('first result, second visit', ({ warm }) => warm),
    row('first result, third visit', ({ later }) => later),
  ];
  const rows = [...parts, ...starts].filter(([, other]) => other !== 'NaN');
  const rounds = builds[0]?.latencies.length ?? 0;
  return [
    `${sentence(describeMachine(browser))} Milliseconds, medians of the medians of ${rounds} rounds and of ${builds[0]?.cold.length ?? 0} starts.`,
    table(['part of a query', 'other', 'this', 'ratio'], rows),
  ].join('\n\n');
}
