import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCount, parseOnlyOptions, usage } from '../../cli/cli.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { describeMachine } from '../machine.ts';
import { launch, originOf } from '../site.ts';
import { bundlePage } from './bundle.ts';
import { prepareData } from './data/data.ts';
import { LIVE } from './measure/live.ts';
import { type DataKind, ENGINE_IDS, type EngineId, K } from './protocol.ts';
import { type Measured, toMarkdown } from './report.ts';
import { runVectors } from './run.ts';
import { serveBench } from './server.ts';

const OPTIONS = {
  sizes: { type: 'string', default: '10000,100000,1000000' },
  isotropic: { type: 'boolean', default: false },
  engines: { type: 'string', default: ENGINE_IDS.join(',') },
  filters: { type: 'boolean', default: false },
  live: { type: 'boolean', default: false },
  ef: { type: 'string' },
  'on-demand': { type: 'boolean', default: false },
  limit: { type: 'string', default: '600' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/vectors.json') },
} as const;

/** `pnpm bench vectors`. Results are written after every set; what was built is taken up by the next run. */
export async function benchVectors(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions(args, OPTIONS);
  const counts = values.sizes.split(',').map((size) => parseCount(size, '--sizes'));
  counts.sort((a, b) => a - b);
  const engines = parseEngines(values.engines);
  const limit = parseCount(values.limit, '--limit') * 1000;
  const beams = values.ef?.split(',').map((width) => parseCount(width, '--ef', K)) ?? [];
  const kinds: DataKind[] = values.isotropic ? ['structured', 'isotropic'] : ['structured'];
  const started = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);

  log('vectors and exact answers …');
  const truths = values.live ? [...counts, LIVE.count + LIVE.additions] : counts;
  await Promise.all(kinds.map((kind) => prepareData(kind, truths)));
  const server = await serveBench(await bundlePage());
  const browser = await launch();
  try {
    const machine = describeMachine(`Chromium ${browser.version()}`);
    const onMeasured = (measured: Measured) => write(values.json, { machine, ...measured });
    const { filters, live, 'on-demand': onDemand } = values;
    const origin = `${originOf(server)}index.html`;
    const options = { browser, origin, counts, kinds, engines, limit, filters, live, beams, onDemand, log, onMeasured };
    console.log(`\n${toMarkdown({ machine, ...(await runVectors(options)) })}`);
  } finally {
    await browser.close();
    server.close();
  }
}

function parseEngines(text: string): EngineId[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(ENGINE_IDS as readonly string[]).includes(name));
  if (unknown !== undefined) throw usage(`--engines takes some of ${ENGINE_IDS.join(', ')}, not "${unknown}"`);
  return ENGINE_IDS.filter((id) => names.includes(id));
}

async function write(file: string, report: Parameters<typeof toMarkdown>[0]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${file.replace(/\.json$/, '')}.md`, `${toMarkdown(report)}\n`);
}
