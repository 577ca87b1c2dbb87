import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseChoice, parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { describeMachine } from '../machine.ts';
import type { DataSet } from '../vectors/protocol.ts';
import { LINES, measure } from './measure.ts';
import { prepare, queriesOf, truthOf } from './prepare.ts';
import { type Row, toMarkdown } from './report.ts';
import { KINDS, type Kind } from './sets.ts';

const OPTIONS = {
  sizes: { type: 'string', default: '100000' },
  queries: { type: 'string', default: '100' },
  index: { type: 'string', default: KINDS.join(',') },
  isotropic: { type: 'boolean', default: false },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/static.json') },
} as const;

/** `pnpm bench static`. Results are written after each set. */
export async function benchStatic(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions(args, OPTIONS);
  const sizes = values.sizes.split(',').map((size) => parseCount(size, '--sizes'));
  const asked = parseCount(values.queries, '--queries');
  const kinds = values.index.split(',').map((kind) => parseChoice(kind, '--index', KINDS));
  const started = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const rows: Row[] = [];
  for (const kind of values.isotropic ? (['structured', 'isotropic'] as const) : (['structured'] as const)) {
    for (const count of sizes) await measureSet({ kind, count }, kinds, asked, rows, log);
    const report = { machine: describeMachine('no browser'), queries: asked, rows };
    await mkdir(dirname(values.json), { recursive: true });
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(values.json.replace(/\.json$/, '.md'), `${toMarkdown(report)}\n`);
  }
  console.log(`\n${toMarkdown({ machine: describeMachine('no browser'), queries: asked, rows })}\n`);
}

async function measureSet(
  set: DataSet,
  kinds: readonly Kind[],
  asked: number,
  rows: Row[],
  log: (line: string) => void,
): Promise<void> {
  const title = `${set.count.toLocaleString('en')} ${set.kind} vectors`;
  const queries = queriesOf(set, asked);
  log(`${title}: what is nearest …`);
  const truth = await truthOf(set, queries);
  for (const index of kinds) {
    log(`${title}: ${index} …`);
    const prepared = await prepare(set, index);
    const slow = await measure(prepared, index, { queries, truth }, LINES.slow);
    const none = await measure(prepared, index, { queries, truth }, LINES.none);
    rows.push({ ...set, index, slow, none });
    log(`${title}: ${index} finds ${slow.recall.toFixed(3)} of the ten nearest`);
  }
}
