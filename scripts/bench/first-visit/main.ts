import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AfterimageError } from '../../../src/engine/errors.ts';
import { parseChoice, parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { CACHE_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { serve } from '../../serve/serve.ts';
import { buildSite, isCurrent } from '../../site/site.ts';
import { describeMachine } from '../machine.ts';
import { launch } from '../site.ts';
import { type Line, portOf } from './line.ts';
import { type Measured, toMarkdown } from './report.ts';
import { type View, visit } from './visit.ts';

const OPTIONS = {
  rounds: { type: 'string', default: '3' },
  against: { type: 'string' },
  line: { type: 'string', default: 'both' },
  view: { type: 'string', default: 'both' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/first-visit.json') },
} as const;

const LINES: Readonly<Record<'slow' | 'fast', Line>> = {
  slow: { bytesPerSecond: 200_000, latencyMs: 150 },
  fast: { bytesPerSecond: 1_250_000, latencyMs: 40 },
};
const VIEWS: Readonly<Record<'phone' | 'desktop', View>> = {
  phone: { width: 390, height: 844, isMobile: true },
  desktop: { width: 1280, height: 800, isMobile: false },
};

/** First visits over slow lines, of this build and of another one in turns. */
export async function benchFirstVisit(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions([...args], OPTIONS);
  const rounds = parseCount(values.rounds, '--rounds');
  const lines = chosen(LINES, values.line, '--line');
  const views = chosen(VIEWS, values.view, '--view');
  const other = values.against === undefined ? undefined : siteFolder(values.against);
  const sites = [{ name: 'this', folder: await ownSite() }, ...(other ? [{ name: 'other', folder: other }] : [])];
  const servers = await Promise.all(
    sites.map(({ folder }) => serve({ site: folder, publicFolder: folder, host: '127.0.0.1', port: 0 })),
  );
  const measured: Measured[] = [];
  const browser = await launch();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [line, to] of lines) {
        for (const [view, seen] of views) {
          // Each comes first as often as the other.
          for (const i of round % 2 === 0 ? sites.keys() : [...sites.keys()].reverse()) {
            const [site, server] = [sites[i], servers[i]];
            if (!site || !server) continue;
            const made = await visit(browser, portOf(server), to, seen);
            measured.push({ site: site.name, line, view, visit: made });
            console.log(
              `Round ${round + 1} of ${rounds}, ${site.name}, ${line}, ${view}: ${(made.answer / 1000).toFixed(1)} s`,
            );
          }
        }
      }
    }
  } finally {
    await browser.close();
    for (const server of servers) server.close();
  }
  const machine = describeMachine(`Chromium ${browser.version()}`);
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify({ machine, measured }, null, 2)}\n`);
  console.log(`\n${toMarkdown(machine, measured)}\n`);
}

function chosen<T>(all: Readonly<Record<string, T>>, name: string, option: string): readonly [string, T][] {
  const wanted = parseChoice(name, option, ['both', ...Object.keys(all)]);
  return Object.entries(all).filter(([one]) => wanted === 'both' || one === wanted);
}

/** @throws AfterimageError `usage` */
function siteFolder(folder: string): string {
  if (existsSync(join(folder, 'index.html'))) return resolve(folder);
  throw new AfterimageError('usage', `There is no site in ${folder}: it has no index.html.`);
}

/** The present build as it is hosted, with its models and collections. */
async function ownSite(): Promise<string> {
  const options = { out: join(CACHE_FOLDER, 'hosted-site'), base: './', data: true };
  if (!(await isCurrent(options))) await buildSite(options);
  return options.out;
}
